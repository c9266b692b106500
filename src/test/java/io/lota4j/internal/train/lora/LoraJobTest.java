package io.lota4j.internal.train.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import io.lota4j.Golden;
import io.lota4j.LotaException;
import io.lota4j.data.Dataset;
import io.lota4j.internal.kernel.java.JavaKernel;
import io.lota4j.internal.model.Activation;
import io.lota4j.internal.model.GradientSink;
import io.lota4j.internal.model.PackedBatch;
import io.lota4j.internal.model.Torch;
import io.lota4j.internal.train.AdaptedModel;
import io.lota4j.internal.train.Runs;
import io.lota4j.internal.train.StartingWeights;
import io.lota4j.internal.train.Trainable;
import io.lota4j.mask.Pool;
import io.lota4j.memory.Host;
import io.lota4j.model.MemoryPolicy;
import io.lota4j.model.MemoryPolicy.ActivationPolicy;
import io.lota4j.model.MemoryPolicy.BaseWeights;
import io.lota4j.train.RunState;
import io.lota4j.train.TrainConfig;
import io.lota4j.train.lora.LoraConfig;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LoraJobTest {
    private static final Dataset DATA = Runs.data(2, 7);
    private static final LoraConfig LORA = new LoraConfig(4, 8, Pool.standard());
    private static final TrainConfig CONFIG = Runs.config(6, Runs.ADAMW, 1e-2);

    @TempDir
    private Path folder = Path.of("");

    /// What a run leaves: its losses, the factors' bits and every weight's.
    private record End(RunState state, Map<String, int[]> factors, Map<String, int[]> bits) {}

    /// dA = s Bᵀ dW and dB = s dW Aᵀ, in every layout that activations come in.
    @ParameterizedTest
    @ValueSource(strings = {"llama-tied", "llama-biases"})
    void theFactorsGradientsAreMadeOfTheDenseGradient(String name) {
        try (AdaptedModel model = Runs.model(name);
                LoraJob job = job(model, LORA, CONFIG)) {
            SplittableRandom random = new SplittableRandom(5);
            for (Factors f : job.factors()) {
                model.decoder().torch().buffer(f.values().b()).write(values -> {
                    for (long i = 0; i < f.values().b().size(); i++) {
                        values.setAtIndex(ValueLayout.JAVA_FLOAT, i, random.nextFloat() / 10);
                    }
                });
            }
            try (LowRankParameters parameters = LowRankParameters.of(
                    model.decoder(), new StartingWeights(model.base(), null), job.factors(), Runs.ADAMW)) {
                parameters.gradients().clear();
                Dense dense = new Dense(parameters.gradients(), model);
                PackedBatch batch = PackedBatch.of(DATA.examples().stream()
                        .map(e -> new PackedBatch.Sequence(e.ids(), e.labelled()))
                        .toList());
                float[] weights = new float[batch.targetPositions().length];
                Arrays.fill(weights, 0.1f);
                model.decoder().gradients(batch, weights, dense);
                // A second pass adds up.
                model.decoder().gradients(batch, weights, parameters.gradients());
                int checked = 0;
                for (Factors f : job.factors()) {
                    float[] dw = Objects.requireNonNull(dense.found.get(f.weight()), f.weight());
                    float[] a = floats(f.values().a());
                    float[] b = floats(f.values().b());
                    int rank = (int) f.values().a().getShape().get(0);
                    int in = a.length / rank;
                    int out = b.length / rank;
                    double s = 2 * f.scale();
                    assertThat(gradient(parameters, f.nameOfA()))
                            .containsExactly(product(transposed(b, out, rank), dw, rank, out, in, s), within(1e-5f));
                    assertThat(gradient(parameters, f.nameOfB()))
                            .containsExactly(product(dw, transposed(a, rank, in), out, in, rank, s), within(1e-5f));
                    checked++;
                }
                assertThat(checked).isEqualTo(14);
                dense.scope.close();
            }
        }
    }

    /// Takes the gradient of every weight whole beside what another sink makes of it.
    private static final class Dense implements GradientSink {
        private final GradientSink other;
        private final AdaptedModel model;
        private final PtNDManager scope;
        private final Map<String, float[]> found = new LinkedHashMap<>();

        Dense(GradientSink other, AdaptedModel model) {
            this.other = other;
            this.model = model;
            this.scope = model.decoder().torch().scope();
        }

        @Override
        public boolean wants(String weight) {
            return other.wants(weight);
        }

        @Override
        public void linear(String weight, Activation x, Activation dy) {
            PtNDArray whole = Torch.floats(scope, dy.features(), x.features());
            model.decoder().torch().weightGradient(x, dy, whole, false);
            found.put(weight, floats(whole));
            other.linear(weight, x, dy);
        }

        @Override
        public void whole(String weight, PtNDArray gradient) {
            other.whole(weight, gradient);
        }
    }

    private static float[] gradient(LowRankParameters parameters, String name) {
        Trainable trainable = parameters.trainables().stream()
                .filter(t -> t.name().equals(name))
                .findFirst()
                .orElseThrow();
        return Host.floats(trainable.gradientMemory());
    }

    private static float[] transposed(float[] x, int rows, int columns) {
        float[] t = new float[x.length];
        for (int i = 0; i < x.length; i++) {
            t[(i % columns) * rows + i / columns] = x[i];
        }
        return t;
    }

    /// `scale` times `x [m, k]` by `y [k, n]`.
    private static float[] product(float[] x, float[] y, int m, int k, int n, double scale) {
        float[] product = new float[m * n];
        for (int i = 0; i < product.length; i++) {
            double sum = 0;
            for (int j = 0; j < k; j++) {
                sum += (double) x[i / n * k + j] * y[j * n + i % n];
            }
            product[i] = (float) (scale * sum);
        }
        return product;
    }

    @Test
    void factorsStartAsPeftsDo() {
        try (AdaptedModel model = Runs.model();
                LoraJob job = job(model, LORA, CONFIG)) {
            Map<String, int[]> before = Runs.bits(model);
            job.trainer().close();
            assertThat(Runs.bits(model)).usingRecursiveComparison().isEqualTo(before);
            for (Factors f : job.factors()) {
                float[] a = floats(f.values().a());
                double bound = 1 / Math.sqrt(f.values().a().getShape().get(1));
                assertThat(floats(f.values().b())).containsOnly(0);
                double squares = 0;
                for (float value : a) {
                    assertThat((double) value).isBetween(-bound, bound);
                    squares += value * value;
                }
                // A uniform distribution's variance is a third of its bound's square.
                assertThat(squares / a.length).isCloseTo(bound * bound / 3, within(0.3 * bound * bound / 3));
            }
        }
    }

    @Test
    void theStartHangsOnSeedNameAndPlaceAlone() {
        try (AdaptedModel model = Runs.model();
                LoraJob all = job(model, LORA, CONFIG);
                LoraJob mlp = job(model, new LoraConfig(4, 8, Pool.parse("mlp", null)), CONFIG);
                LoraJob higher = job(model, new LoraConfig(8, 8, Pool.standard()), CONFIG);
                LoraJob other = job(model, LORA, Runs.plain(1, Runs.ADAMW, 1, 1, 1))) {
            Map<String, int[]> bits = bits(all);
            bits(mlp).forEach((name, own) -> assertThat(own).as(name).isEqualTo(bits.get(name)));
            bits(higher).forEach((name, own) -> {
                if (name.endsWith("lora_A.weight")) {
                    assertThat(own).as(name).startsWith(bits.get(name));
                    assertThat(bits(other).get(name)).as(name).isNotEqualTo(bits.get(name));
                }
            });
            assertThat(bits.values().stream().map(Arrays::toString).distinct()).hasSizeGreaterThan(14);
        }
    }

    @Test
    void aRunLearns() {
        try (AdaptedModel model = Runs.model();
                LoraJob job = job(model, LORA, Runs.plain(20, Runs.ADAMW, 1e-2, 7, 1))) {
            List<Double> losses =
                    job.run(null, 0, false, Runs.SILENT, () -> false).losses();
            assertThat(losses.getLast()).isLessThan(0.8 * losses.getFirst());
        }
    }

    @Test
    void aStoppedRunGoesOnBitForBit() {
        End whole = run(MemoryPolicy.KEEP, false, Integer.MAX_VALUE);
        assertThat(run(MemoryPolicy.KEEP, false, 2).state().step()).isEqualTo(2);
        assertThat(run(MemoryPolicy.KEEP, true, 3).state().step()).isEqualTo(5);
        assertThat(run(MemoryPolicy.KEEP, true, Integer.MAX_VALUE))
                .usingRecursiveComparison()
                .ignoringFields("state.seconds")
                .isEqualTo(whole);
        MemoryPolicy recomputing = new MemoryPolicy(ActivationPolicy.RECOMPUTE, BaseWeights.LOADED);
        assertThat(run(recomputing, false, Integer.MAX_VALUE))
                .usingRecursiveComparison()
                .ignoringFields("state.seconds")
                .isEqualTo(whole);
    }

    private End run(MemoryPolicy memory, boolean resume, int steps) {
        try (AdaptedModel model = AdaptedModel.open(Golden.path("models/llama-tied"), memory);
                LoraJob job = job(model, LORA, CONFIG)) {
            int[] left = {steps};
            RunState end = job.run(state(), 0, resume, Runs.SILENT, () -> --left[0] == 0);
            return new End(end, bits(job), Runs.bits(model));
        }
    }

    @Test
    void aStateIsOnlyGoneOnFromByItsOwnRun() {
        run(MemoryPolicy.KEEP, false, 2);
        assertThatThrownBy(() -> resume("llama-tied", new LoraConfig(4, 4, Pool.standard())))
                .isInstanceOf(LotaException.class)
                .hasMessageStartingWith(
                        "%s: this state belongs to another run: its lora is alpha=8, rank=4, this run's is alpha=4,"
                                + " rank=4.",
                        state());
        assertThatThrownBy(() -> resume("llama3-rope-smooth", LORA))
                .isInstanceOf(LotaException.class)
                .hasMessageStartingWith("%s: this state belongs to another run: its base is ", state());
        try (AdaptedModel model = Runs.model()) {
            assertThatThrownBy(() -> Runs.job(model, Runs.everything(model), DATA, CONFIG)
                            .run(state(), 0, true, Runs.SILENT, () -> false))
                    .isInstanceOf(LotaException.class)
                    .hasMessageStartingWith("%s: this state belongs to another run: its mask is not said", state());
        }
    }

    private void resume(String name, LoraConfig lora) {
        try (AdaptedModel model = Runs.model(name);
                LoraJob job = job(model, lora, CONFIG)) {
            job.run(state(), 0, true, Runs.SILENT, () -> false);
        }
    }

    @Test
    void whatIsNoMatrixOfALayerIsRefused() {
        try (AdaptedModel model = Runs.model()) {
            assertThatThrownBy(() -> job(model, new LoraConfig(4, 8, Pool.all()), CONFIG))
                    .isInstanceOf(LotaException.class)
                    .hasMessage("LoRA is for the matrices of layers, but tensor 'model.embed_tokens.weight' is none;"
                            + " exclude it from the pool.");
        }
        MemoryPolicy mapped = new MemoryPolicy(ActivationPolicy.KEEP, BaseWeights.MAPPED);
        try (AdaptedModel model = AdaptedModel.open(Golden.path("models/llama-tied"), mapped)) {
            assertThatThrownBy(() -> job(model, LORA, CONFIG))
                    .isInstanceOf(LotaException.class)
                    .hasMessage("LoRA keeps base and factors added up in memory; the base cannot stay mapped.");
        }
        assertThatThrownBy(() -> new LoraConfig(0, 8, Pool.standard()))
                .isInstanceOf(LotaException.class)
                .hasMessage("The rank must be at least 1, found 0.");
        assertThatThrownBy(() -> new LoraConfig(1, 0, Pool.standard()))
                .isInstanceOf(LotaException.class)
                .hasMessage("LoRA's alpha must be over 0, found 0.0.");
    }

    private static LoraJob job(AdaptedModel model, LoraConfig lora, TrainConfig config) {
        return new LoraJob(model, lora, DATA, config, new JavaKernel());
    }

    private static Map<String, int[]> bits(LoraJob job) {
        Map<String, int[]> bits = new LinkedHashMap<>();
        for (Factors f : job.factors()) {
            bits.put(f.nameOfA(), bits(f.values().a()));
            bits.put(f.nameOfB(), bits(f.values().b()));
        }
        return bits;
    }

    private static int[] bits(PtNDArray array) {
        float[] values = array.toFloatArray();
        return IntStream.range(0, values.length)
                .map(i -> Float.floatToRawIntBits(values[i]))
                .toArray();
    }

    private static float[] floats(PtNDArray array) {
        return array.toFloatArray();
    }

    private Path state() {
        return folder.resolve("adapter.state");
    }
}
