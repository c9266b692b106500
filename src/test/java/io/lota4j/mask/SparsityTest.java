package io.lota4j.mask;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lota4j.LotaException;
import io.lota4j.checkpoint.Shape;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SparsityTest {
    @ParameterizedTest
    @CsvSource({
        "106168320, 0.9, 10616832",
        "106168320, 0.99, 1061683",
        "106168320, 0, 106168320",
        "106168320, 1, 0",
        "10, 0.9, 1",
        "9, 0.9, 0",
        "9007199254740993, 0, 9007199254740993",
        "1000, 1e-7, 999"
    })
    void leavesTheExactFloorTrainable(long weights, double sparsity, long trainable) {
        assertThat(Sparsity.trainable(weights, sparsity)).isEqualTo(trainable);
    }

    @ParameterizedTest
    @CsvSource({"90, 90, 0.9", "99.9, 99.9, 0.999", "100, 100, 1", "1.5, 1.5, 0.015"})
    void guessesAPercentage(double value, String said, String meant) {
        assertThatThrownBy(() -> Sparsity.check(value, "--sparsity"))
                .isInstanceOf(LotaException.class)
                .hasMessage(
                        "--sparsity must be a fraction from 0 (all trainable) to 1 (all frozen), but is %s. "
                                + "Did you mean %s?",
                        said, meant);
    }

    @ParameterizedTest
    @CsvSource({"-0.1, -0.1", "101, 101", "NaN, NaN", "Infinity, Infinity"})
    void refusesOtherValues(double value, String said) {
        assertThatThrownBy(() -> Sparsity.check(value, "sparsity"))
                .isInstanceOf(LotaException.class)
                .hasMessage("sparsity must be a fraction from 0 (all trainable) to 1 (all frozen), but is %s.", said);
    }

    @Test
    void advisesTheLeastSparsityThatIsEnough() {
        assertThat(Sparsity.leastFor(13, 100)).isEqualTo("0.87");
        assertThat(Sparsity.leastFor(1, 100_000_000)).isEqualTo("0.99999999");
        for (long trainable = 1; trainable < 1000; trainable++) {
            double least = Double.parseDouble(Sparsity.leastFor(trainable, 1009));
            assertThat(Sparsity.trainable(1009, least)).isBetween(trainable * 9 / 10, trainable);
        }
    }

    /// The advice is as much as leaves a weight, in few digits.
    @ParameterizedTest
    @CsvSource({
        "1, GLOBAL, 1.0, 72 weights of the pool, 0.986",
        "0.99, GLOBAL, 0.99, 72 weights of the pool, 0.986",
        "0.99, TENSOR, 0.99, 60 weights of the largest tensor, 0.983",
        "0.9, ROW, 0.9, 6 weights of the largest row, 0.83"
    })
    void aMaskWithoutWeightsIsRefused(double sparsity, Scope scope, String found, String where, double most) {
        Map<String, Shape> pool = Map.of("a", Shape.of(10, 6), "b", Shape.of(4, 3));
        assertThatThrownBy(() -> Sparsity.requireSome(pool, sparsity, scope))
                .isInstanceOf(LotaException.class)
                .hasMessage(
                        "A sparsity of %s leaves none of the %s trainable, and a mask without weights trains nothing."
                                + " Ask for at most %s.",
                        found, where, most);
        assertThatCode(() -> Sparsity.requireSome(pool, most, scope)).doesNotThrowAnyException();
    }
}
