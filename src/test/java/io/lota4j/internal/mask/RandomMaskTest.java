package io.lota4j.internal.mask;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lota4j.checkpoint.Shape;
import io.lota4j.mask.Deltas;
import io.lota4j.mask.Mask;
import io.lota4j.mask.Scope;
import io.lota4j.mask.Sparsity;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RandomMaskTest {
    private static final Map<String, Shape> POOL =
            Map.of("b", Shape.of(33, 65), "a", Shape.of(1009), "c", Shape.of(0, 4), "d", Shape.of(300, 300));

    @ParameterizedTest
    @EnumSource
    void hasExactCounts(Scope scope) {
        for (double sparsity : new double[] {0, 0.1, 0.5, 0.9, 0.99, 1}) {
            Mask mask = of(sparsity, scope, 7);
            long expected = switch (scope) {
                case GLOBAL -> Sparsity.trainable(mask.poolSize(), sparsity);
                case TENSOR ->
                    Sparsity.trainable(33 * 65, sparsity)
                            + Sparsity.trainable(1009, sparsity)
                            + Sparsity.trainable(90000, sparsity);
                case ROW ->
                    33 * Sparsity.trainable(65, sparsity)
                            + Sparsity.trainable(1009, sparsity)
                            + 300 * Sparsity.trainable(300, sparsity);
            };
            assertThat(mask.trainable()).as("sparsity %s", sparsity).isEqualTo(expected);
        }
    }

    @Test
    void everyRowHasItsShare() {
        var set = of(0.9, Scope.ROW, 7).tensor("d").trainable();
        for (long row = 0; row < 300; row++) {
            assertThat(set.rangeCardinality(row * 300, (row + 1) * 300)).isEqualTo(30);
        }
    }

    /// Numbers that must never change: a seed in a paper must still give the mask in ten years.
    @Test
    void oneSeedGivesOneMaskForEver() {
        Mask mask = RandomMask.of(Map.of("w", Shape.of(100)), 0.9, Scope.GLOBAL, 42, Deltas.BASE, "all");
        assertThat(mask.tensor("w").trainable().toArray()).containsExactly(4, 16, 18, 21, 24, 36, 54, 59, 63, 80);
        assertThat(mask.info().origin()).isEqualTo(Map.of("source", "random", "seed", "42"));
    }

    @Test
    void seedsDiffer() {
        assertThat(of(0.9, Scope.GLOBAL, 1).tensors())
                .isEqualTo(of(0.9, Scope.GLOBAL, 1).tensors());
        double iou = of(0.9, Scope.GLOBAL, 1).overlap(of(0.9, Scope.GLOBAL, 2)).iou();
        // Two independent tenths share a hundredth: 1 / 19 of their union.
        assertThat(iou).isBetween(0.045, 0.06);
    }

    @Test
    void everyWeightIsEquallyLikely() {
        int[] chosen = new int[20];
        for (int seed = 0; seed < 4000; seed++) {
            RandomMask.of(Map.of("w", Shape.of(20)), 0.75, Scope.GLOBAL, seed, Deltas.BASE, "all")
                    .tensor("w")
                    .trainable()
                    .forEach((int i) -> chosen[i]++);
        }
        // 1000 expected, standard deviation 27.
        assertThat(chosen).satisfies(counts -> {
            for (int count : counts) {
                assertThat(count).isBetween(870, 1130);
            }
        });
    }

    @Test
    void checksTheSparsity() {
        assertThatThrownBy(() -> of(99, Scope.TENSOR, 0)).hasMessageEndingWith("Did you mean 0.99?");
    }

    private static Mask of(double sparsity, Scope scope, long seed) {
        return RandomMask.of(POOL, sparsity, scope, seed, Deltas.BASE, "all");
    }
}
