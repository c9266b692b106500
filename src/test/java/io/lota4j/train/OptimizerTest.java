package io.lota4j.train;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lota4j.LotaException;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OptimizerTest {
    private static final String SHARE = "must be at least 0 and under 1, found ";
    private static final String EPSILON =
            "The epsilon must be over 0 and finite, also as a 32-bit number (1.4E-45 to 3.4E38), found ";

    @ParameterizedTest
    @ValueSource(doubles = {1, 2, -0.1, Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
    void sharesAreUnderOne(double share) {
        refused(() -> new Optimizer.AdamW(share, 0.9, 1e-8, 0), "The beta1 of AdamW " + SHARE + share + ".");
        refused(() -> new Optimizer.AdamW(0.9, share, 1e-8, 0), "The beta2 of AdamW " + SHARE + share + ".");
        refused(() -> new Optimizer.RmsProp(share, 1e-8, 0), "The alpha of RMSprop " + SHARE + share + ".");
        refused(() -> new Optimizer.Sgd(share, 0), "The momentum of SGD " + SHARE + share + ".");
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, -1, 1e-46, 1e39, Double.NaN, Double.POSITIVE_INFINITY})
    void epsilonKeepsADivisorFromBeingZero(double epsilon) {
        refused(() -> new Optimizer.AdamW(0.9, 0.9, epsilon, 0), EPSILON + epsilon + ".");
        refused(() -> new Optimizer.RmsProp(0.9, epsilon, 0), EPSILON + epsilon + ".");
    }

    @ParameterizedTest
    @ValueSource(doubles = {-1, -1e-9, Double.NaN, Double.POSITIVE_INFINITY})
    void decayIsNotNegative(double decay) {
        String message = "The weight decay must be at least 0, found " + decay + ".";
        refused(() -> new Optimizer.AdamW(0.9, 0.9, 1e-8, decay), message);
        refused(() -> new Optimizer.RmsProp(0.9, 1e-8, decay), message);
        refused(() -> new Optimizer.Sgd(0.9, decay), message);
    }

    @Test
    void everythingThatIsWrongIsToldAtOnce() {
        refused(
                () -> new Optimizer.AdamW(1, 2, -1, -1),
                "The beta1 of AdamW " + SHARE + "1.0.\nThe beta2 of AdamW " + SHARE + "2.0.\n" + EPSILON
                        + "-1.0.\nThe weight decay must be at least 0, found -1.0.");
    }

    @Test
    void theEndsOfTheRangesAreIn() {
        assertThatCode(() -> {
                    new Optimizer.AdamW(0, 0, Float.MIN_VALUE, 0);
                    new Optimizer.RmsProp(0, 1, 1);
                    new Optimizer.Sgd(0, 0);
                })
                .doesNotThrowAnyException();
    }

    private static void refused(ThrowingCallable made, String message) {
        assertThatThrownBy(made).isInstanceOf(LotaException.class).hasMessage(message);
    }
}
