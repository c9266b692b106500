package io.lota4j.train.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.lota4j.LotaException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ObjectivesTest {
    private final Map<String, Double> figures = new HashMap<>();

    private static LabelledTokens tokens(float[] losses, float... reference) {
        int count = losses.length;
        float[] ones = new float[count];
        java.util.Arrays.fill(ones, 1);
        int[] places = IntStream.rangeClosed(1, count).toArray();
        return new LabelledTokens(losses, reference, ones, places, new float[count], 0, count);
    }

    private double weigh(Objective objective, LabelledTokens... sequences) {
        return objective.weigh(List.of(sequences), (name, value) -> figures.merge(name, value, Double::sum));
    }

    @Test
    void everyNameMakesItsObjectiveWithItsDefaults() {
        assertThat(Objectives.names()).containsExactly("sft", "weighted", "constrained", "dpo", "ipo");
        for (String name : Objectives.names()) {
            Objective made = Objectives.of(name, Map.of());
            assertThat(made.name()).isEqualTo(name);
            made.settings().forEach((parameter, value) -> assertThat(value).isEqualTo(parameter.byDefault()));
        }
        assertThat(Objectives.of("constrained", Map.of())).isEqualTo(new ConstrainedSft(0.5, 2, 5, 0.1, 1e-3));
        assertThat(Objectives.of("dpo", Map.of("beta", 0.3, "label-smoothing", 0.2)))
                .isEqualTo(new Dpo(0.3, 0.2));
    }

    @Test
    void whatIsWrongIsRefused() {
        assertThatThrownBy(() -> Objectives.of("dbo", Map.of()))
                .isInstanceOf(LotaException.class)
                .hasMessage("There is no objective 'dbo'; known are sft, weighted, constrained, dpo, ipo."
                        + " Did you mean 'dpo'?");
        assertThatThrownBy(() -> Objectives.of("sft", Map.of("beta", 1.0)))
                .isInstanceOf(LotaException.class)
                .hasMessage("The objective 'sft' has no parameter 'beta', which is for dpo and ipo; it has"
                        + " no parameters.");
        assertThatThrownBy(() -> Objectives.of("ipo", Map.of("label-smoothing", 0.1)))
                .hasMessage("The objective 'ipo' has no parameter 'label-smoothing', which is for dpo; it has beta.");
        assertThatThrownBy(() -> new Dpo(0, 0.5))
                .isInstanceOf(LotaException.class)
                .hasMessage("The beta of an objective must be over 0 and finite, found 0.0.\n"
                        + "The label-smoothing of an objective must be at least 0 and under 0.5, found 0.5.");
        assertThatThrownBy(() -> Objectives.of("constrained", Map.of("prefix-length", 2.5)))
                .hasMessageContaining("The prefix-length of an objective must be a whole number of at least 0");
    }

    /// Numbers that were worked out by hand.
    @Test
    void aConstraintWeighsByTheFallOfAToken() {
        // The log-probability at the start minus now: 1.5, then -1, then -2 behind the prefix.
        LabelledTokens tokens = tokens(new float[] {3.5f, 1, 1}, -2, -2, -3);
        double loss = weigh(new ConstrainedSft(0.5, 2, 2, 0.1, 1e-3), tokens);
        assertThat(loss).isEqualTo(5.5);
        assertThat(tokens.weights()).containsExactly(new float[] {1.3584f, 0.2384f, 0.9003f}, within(5e-5f));
        assertThat(weigh(new ConstrainedSft(0.5, 9, 5, 0.1, 0.25), tokens)).isEqualTo(5.5);
        assertThat(tokens.weights()[1]).isEqualTo(0.25f);
    }

    /// The weight of a token is the derivative of the loss by the token's loss.
    @Test
    void weightsAreDerivatives() {
        for (Objective objective : List.of(new Dpo(0.3, 0.1), new Dpo(0.1), new Ipo(0.4))) {
            float h = 1e-2f;
            LabelledTokens chosen = tokens(new float[] {2, 1}, -2.5f, -1);
            LabelledTokens rejected = tokens(new float[] {1.5f, 3, 2}, -2, -2, -2);
            for (LabelledTokens moved : List.of(chosen, rejected)) {
                weigh(objective, chosen, rejected);
                float weight = moved.weights()[1];
                moved.losses()[1] += h;
                double above = weigh(objective, chosen, rejected);
                moved.losses()[1] -= 2 * h;
                double below = weigh(objective, chosen, rejected);
                moved.losses()[1] += h;
                assertThat((above - below) / (2 * h)).as(objective.toString()).isCloseTo(weight, within(1e-4));
            }
        }
    }

    @Test
    void aPreferenceTellsMarginAndAccuracy() {
        LabelledTokens better = tokens(new float[] {1}, -3);
        LabelledTokens worse = tokens(new float[] {3}, -3);
        assertThat(weigh(new Dpo(0.5), better, worse)).isCloseTo(Math.log1p(Math.exp(-1)), within(1e-12));
        assertThat(figures).containsOnly(Map.entry("reward_margin", 1.0), Map.entry("reward_accuracy", 1.0));
        weigh(new Dpo(0.5), worse, better);
        assertThat(figures).containsOnly(Map.entry("reward_margin", 0.0), Map.entry("reward_accuracy", 1.0));
    }

    /// A model that is far away is not lost in an overflow.
    @Test
    void largeDifferencesStayFinite() {
        LabelledTokens far = tokens(new float[] {9000}, -1);
        LabelledTokens near = tokens(new float[] {1}, -9000);
        assertThat(weigh(new Dpo(1), far, near)).isCloseTo(17998, within(1e-6));
        assertThat(far.weights()[0]).isEqualTo(1);
        assertThat(weigh(new Dpo(1), near, far)).isZero();
    }
}
