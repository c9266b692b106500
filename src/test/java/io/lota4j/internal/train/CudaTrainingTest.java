package io.lota4j.internal.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lota4j.Golden;
import io.lota4j.data.Dataset;
import io.lota4j.internal.kernel.MaskedKernel;
import io.lota4j.internal.kernel.cuda.CudaKernel;
import io.lota4j.internal.kernel.cuda.StandIn;
import io.lota4j.internal.kernel.java.JavaKernel;
import io.lota4j.mask.Mask;
import io.lota4j.mask.MaskTensor;
import io.lota4j.mask.Pool;
import io.lota4j.mask.Scope;
import io.lota4j.memory.Device;
import io.lota4j.model.MemoryPolicy;
import io.lota4j.train.Optimizer;
import io.lota4j.train.RunState;
import io.lota4j.train.TrainConfig;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Whole runs on the card's kernels against runs on the plain one. They may differ by the rounding of sampled
/// products, which a card adds up in F32.
class CudaTrainingTest {
    private static final int STEPS = 4;
    private static final Dataset DATA = Runs.data(6, 8);

    /// Ten times the largest difference that was measured: 1.9e-7, less than the spacing of F32 at a loss.
    private static final double LOSS_BOUND = 2e-6;

    @BeforeAll
    static void load() {
        StandIn.loadUnlessReplaced();
    }

    private record Trained(List<Double> losses, Map<String, int[]> weights) {}

    /// Rates, and how far a weight may be from the plain kernel's: ten times the largest difference that was
    /// measured (4.2e-7, 2.4e-7 and 6e-8). AdamW and RMSprop divide by the gradients' size, so they enlarge the
    /// rounding of small ones; SGD does not. Other processors round the model's products otherwise, but not
    /// coarser; what is wrong by a hundredth of a step shows all the same.
    static Stream<Arguments> rules() {
        return Stream.of(
                Arguments.of(Runs.ADAMW, 1e-2, 4e-6),
                Arguments.of(Optimizer.RmsProp.DEFAULT, 1e-3, 2.4e-6),
                Arguments.of(Optimizer.Sgd.DEFAULT, 1e-1, 6e-7));
    }

    @ParameterizedTest
    @MethodSource("rules")
    void runsAsOnThePlainKernel(Optimizer rule, double lr, double bound) {
        TrainConfig config = Runs.config(STEPS, rule, lr);
        Trained plain = trained(new JavaKernel(), config);
        Trained card = trained(new CudaKernel(), config);
        assertThat(losses(card)).containsExactly(losses(plain), within(LOSS_BOUND));
        try (AdaptedModel model = Runs.model()) {
            Mask mask = mask(model);
            Runs.bits(model)
                    .forEach((name, base) -> assertClose(name, mask.tensors().get(name), base, plain, card, bound));
        }
    }

    private static double[] losses(Trained trained) {
        return trained.losses().stream().mapToDouble(Double::doubleValue).toArray();
    }

    private static void assertClose(
            String name, @Nullable MaskTensor mask, int[] base, Trained plain, Trained card, double tolerance) {
        int[] expected = Runs.of(plain.weights(), name);
        int[] actual = Runs.of(card.weights(), name);
        for (int i = 0; i < base.length; i++) {
            if (mask != null && mask.trainable().contains(i)) {
                assertThat((double) Float.intBitsToFloat(actual[i]))
                        .as("%s[%d]", name, i)
                        .isCloseTo(Float.intBitsToFloat(expected[i]), within(tolerance));
            } else {
                assertThat(actual[i]).as("%s[%d], frozen", name, i).isEqualTo(base[i]);
            }
        }
    }

    /// Gradients, their norm and the step of every tensor, in every step: nothing falls back to the CPU.
    @Test
    void allOfItIsLaunched() {
        StandIn.load();
        long before = StandIn.launches();
        trained(new CudaKernel(), Runs.config(STEPS, Runs.ADAMW, 1e-2));
        try (AdaptedModel model = Runs.model()) {
            long tensors = mask(model).tensors().size();
            assertThat(StandIn.launches() - before).isGreaterThanOrEqualTo(3 * STEPS * tensors);
        }
    }

    /// Model and kernel on the card, with nothing copied between them.
    @ParameterizedTest
    @MethodSource("rules")
    @EnabledIfEnvironmentVariable(named = "LOTA_TEST_DRIVER", matches = "real")
    void runsOnTheCardAsOnTheHost(Optimizer rule, double lr, double bound) {
        TrainConfig config = Runs.config(STEPS, rule, lr);
        Trained host = trained(new JavaKernel(), config);
        Trained card = trained(new CudaKernel(), config, Device.cuda(0));
        // The products of a card round otherwise: a hundred times what kernels alone may differ by.
        assertThat(losses(card)).containsExactly(losses(host), within(100 * LOSS_BOUND));
        try (AdaptedModel model = Runs.model()) {
            Mask mask = mask(model);
            Runs.bits(model)
                    .forEach(
                            (name, base) -> assertClose(name, mask.tensors().get(name), base, host, card, 100 * bound));
        }
    }

    private static Trained trained(MaskedKernel kernel, TrainConfig config) {
        return trained(kernel, config, Device.CPU);
    }

    private static Trained trained(MaskedKernel kernel, TrainConfig config, Device device) {
        try (kernel;
                AdaptedModel model = AdaptedModel.open(Golden.path("models/llama-tied"), MemoryPolicy.KEEP, device)) {
            Mask mask = mask(model);
            RunState end = new Job(model, mask, DATA, config, kernel).run(null, 0, false, Runs.SILENT, () -> false);
            return new Trained(end.losses(), Runs.bits(model));
        }
    }

    /// With embeddings and norms, whose gradients are whole.
    private static Mask mask(AdaptedModel model) {
        return Runs.random(model, 0.8, Scope.GLOBAL, 3, Pool.all());
    }
}
