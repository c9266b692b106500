package io.lota4j.internal.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lota4j.LotaException;
import io.lota4j.data.Dataset;
import io.lota4j.mask.Mask;
import io.lota4j.mask.MaskTensor;
import io.lota4j.mask.Pool;
import io.lota4j.mask.Scope;
import io.lota4j.train.Optimizer;
import io.lota4j.train.TrainConfig;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What a mask promises: its weights are trained as in a dense run, all others keep their bits.
class MaskLawsOfTrainingTest {
    static Stream<Arguments> masks() {
        return Stream.of(
                Arguments.of(0.9, Scope.GLOBAL, Pool.standard()),
                Arguments.of(0.5, Scope.ROW, Pool.standard()),
                Arguments.of(0.99, Scope.TENSOR, Pool.standard()),
                Arguments.of(0.7, Scope.GLOBAL, Pool.all()),
                Arguments.of(0.3, Scope.GLOBAL, Pool.parse("mlp", "")));
    }

    @ParameterizedTest
    @MethodSource("masks")
    void frozenWeightsKeepTheirBitsUnderWeightDecay(double sparsity, Scope scope, Pool pool) {
        for (long seed = 0; seed < 2; seed++) {
            try (AdaptedModel model = Runs.model()) {
                Map<String, int[]> before = Runs.bits(model);
                Mask mask = Runs.random(model, sparsity, scope, seed, pool);
                Runs.run(model, mask, Runs.data(seed, 8), Runs.config(4, Runs.ADAMW, 1e-2));
                Runs.bits(model).forEach((name, after) -> {
                    MaskTensor trained = mask.tensors().get(name);
                    for (int i = 0; i < after.length; i++) {
                        boolean moved = after[i] != Runs.of(before, name)[i];
                        assertThat(moved)
                                .as(
                                        "%s[%d] moved, seed of mask and data %s",
                                        name, i, mask.info().origin())
                                .isEqualTo(
                                        trained != null && trained.trainable().contains(i));
                    }
                });
            }
        }
    }

    /// Nothing in the pool is frozen, whichever way the mask was made.
    @Test
    void sparsityZeroIsTheDenseRun() {
        Dataset data = Runs.data(7, 8);
        TrainConfig config = Runs.config(4, Runs.ADAMW, 1e-2);
        Map<String, int[]> dense = Runs.trained(everything -> everything, data, config);
        try (AdaptedModel model = Runs.model()) {
            Mask mask = Runs.random(model, 0, 1);
            assertThat(mask.sparsity()).isZero();
            Runs.run(model, mask.or(mask.invert()), data, config);
            assertSame(Runs.bits(model), dense);
        }
    }

    /// Two ways to the same numbers: gathered from a matrix's whole gradient, or added up in place.
    @ParameterizedTest
    @ValueSource(doubles = {0.9, 0.5})
    void theFirstStepMovesAMasksWeightsAsTheDenseRunDoes(double sparsity) {
        Dataset data = Runs.data(5, 6);
        TrainConfig config = Runs.plain(1, Runs.ADAMW, 1e-2, 6, 1);
        Map<String, int[]> dense = Runs.trained(everything -> everything, data, config);
        try (AdaptedModel model = Runs.model()) {
            Map<String, int[]> expected = Runs.bits(model);
            Mask mask = Runs.random(model, sparsity, 2);
            mask.tensors()
                    .forEach((name, tensor) -> tensor.trainable().forEach((int i) -> {
                        Runs.of(expected, name)[i] = Runs.of(dense, name)[i];
                    }));
            Runs.run(model, mask, data, config);
            assertSame(Runs.bits(model), expected);
        }
    }

    @Test
    void theSameRunTwiceIsTheSame() {
        Dataset data = Runs.data(8, 8);
        TrainConfig config = Runs.config(3, Optimizer.RmsProp.DEFAULT, 1e-3);
        assertSame(
                Runs.trained(everything -> everything, data, config),
                Runs.trained(everything -> everything, data, config));
    }

    @Test
    void anEmptyMaskIsRefused() {
        try (AdaptedModel model = Runs.model()) {
            Mask all = Runs.everything(model);
            assertThatThrownBy(() -> Runs.run(model, all.minus(all), Runs.data(1, 4), Runs.config(2, Runs.ADAMW, 1e-2)))
                    .isInstanceOf(LotaException.class)
                    .hasMessageContaining("mask");
        }
    }

    private static void assertSame(Map<String, int[]> found, Map<String, int[]> expected) {
        assertThat(found.keySet()).isEqualTo(expected.keySet());
        found.forEach((name, bits) -> assertThat(bits).as(name).isEqualTo(expected.get(name)));
    }
}
