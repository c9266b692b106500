package io.lota4j.internal.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.pytorch.engine.PtNDManager;
import io.lota4j.Golden;
import io.lota4j.data.Dataset;
import io.lota4j.data.Example;
import io.lota4j.internal.kernel.java.JavaKernel;
import io.lota4j.internal.model.ModelConfig;
import io.lota4j.internal.model.ValueStore;
import io.lota4j.mask.Mask;
import io.lota4j.mask.Pool;
import io.lota4j.mask.Scope;
import io.lota4j.memory.Host;
import io.lota4j.model.MemoryPolicy;
import io.lota4j.model.MemoryPolicy.ActivationPolicy;
import io.lota4j.model.MemoryPolicy.BaseWeights;
import io.lota4j.train.MemoryEstimate;
import io.lota4j.train.Optimizer;
import io.lota4j.train.objective.Sft;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What saves memory does not change what is learned.
class PassesTest {
    private static final Dataset DATA = Runs.data(11, 6);

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(ints = {1, 8, 20})
    void passesOfAnySizeAddUpToTheSameGradient(int most) {
        try (AdaptedModel model = Runs.model()) {
            List<MicroBatch> one = MicroBatch.passes(Sample.all(DATA.examples()), Integer.MAX_VALUE);
            List<MicroBatch> many = MicroBatch.passes(Sample.all(DATA.examples()), most);
            assertThat(one).hasSize(1);
            assertThat(many).hasSizeGreaterThan(1);

            Map<String, float[]> whole = gradients(model, one);
            gradients(model, many)
                    .forEach((name, found) -> assertThat(found)
                            .as(name)
                            .containsExactly(whole.getOrDefault(name, new float[0]), within(1e-6f)));
            assertThat(whole.values()).anySatisfy(g -> assertThat(g[0]).isNotZero());
        }
    }

    private static Map<String, float[]> gradients(AdaptedModel model, List<MicroBatch> passes) {
        Mask mask = Runs.random(model, 0.5, 1);
        Map<String, float[]> found = new TreeMap<>();
        try (PtNDManager scope = model.decoder().torch().scope()) {
            List<Trainable> trainables = mask.tensors().entrySet().stream()
                    .map(e -> Trainable.of(
                            e.getKey(),
                            e.getValue(),
                            Runs.ADAMW,
                            model.decoder().weights(),
                            ValueStore.inMemory(model.decoder().torch(), scope)))
                    .toList();
            Gradients gradients =
                    new Gradients(trainables, new JavaKernel(), model.decoder().torch(), scope);
            gradients.clear();
            passes.forEach(pass -> model.decoder()
                    .gradients(pass.batch(), new Weighing(new Sft(), pass, null).weights(0.1), gradients));
            trainables.forEach(t -> found.put(t.name(), Host.floats(t.gradientMemory())));
        }
        return found;
    }

    @ParameterizedTest
    @CsvSource({
        "llama-tied,RECOMPUTE,LOADED,0",
        "llama-biases,RECOMPUTE,LOADED,0",
        "llama-tied,KEEP,MAPPED,0.9",
        "llama-biases,KEEP,MAPPED,0.9",
        "llama-bf16-sharded,KEEP,MAPPED,0.9",
        "llama-tied,KEEP,MAPPED,0",
        "llama-bf16-sharded,RECOMPUTE,MAPPED,0.5",
    })
    void everyPolicyYieldsTheSameBits(String name, ActivationPolicy activations, BaseWeights base, double sparsity) {
        assertThat(trained(name, new MemoryPolicy(activations, base), sparsity))
                .usingRecursiveComparison()
                .isEqualTo(trained(name, MemoryPolicy.KEEP, sparsity));
    }

    /// With all weights trained, with some (a calibration that avoids masks), and with weights outside of layers.
    @ParameterizedTest
    @CsvSource({"llama-tied,0", "llama-bf16-sharded,0.5", "gpt2,0", "gpt-oss,0"})
    void whatIsKeptInFilesYieldsTheSameBits(String name, double sparsity) {
        MemoryPolicy files =
                new MemoryPolicy(ActivationPolicy.RECOMPUTE, BaseWeights.LOADED).withState(folder.resolve("new"));
        assertThat(trained(name, files, sparsity))
                .usingRecursiveComparison()
                .isEqualTo(trained(name, MemoryPolicy.KEEP, sparsity));
        assertThat(folder.resolve("new")).isEmptyDirectory();
    }

    private static Map<String, int[]> trained(String name, MemoryPolicy memory, double sparsity) {
        try (AdaptedModel model = AdaptedModel.open(Golden.path("models/" + name), memory)) {
            Map<String, int[]> before = Runs.bits(model);
            Mask mask = Runs.random(model, sparsity, Scope.GLOBAL, 1, Pool.all());
            Runs.run(model, mask, DATA, Runs.config(3, Runs.ADAMW, 1e-2));
            Map<String, int[]> after = Runs.bits(model);
            assertThat(after).usingRecursiveComparison().isNotEqualTo(before);
            return after;
        }
    }

    @Test
    void recomputingKeepsOnlyInputsAndOneLayer() {
        try (AdaptedModel model = Runs.model()) {
            var config = model.decoder().config();
            long inputs = (long) config.layers() * config.hiddenSize();
            long kept = ActivationPolicy.KEEP.floatsPerToken(config);
            long oneLayer = (kept - inputs) / config.layers();
            assertThat(ActivationPolicy.RECOMPUTE.floatsPerToken(config)).isEqualTo(inputs + oneLayer);
        }
    }

    @Test
    void thePredictedPeakGrowsWithWhatIsTrainedAndWithTheOptimizersState() {
        try (AdaptedModel model = Runs.model()) {
            Mask all = Runs.everything(model);
            Mask half = Runs.random(model, 0.5, 1);
            MemoryEstimate dense = estimate(model, all, Runs.ADAMW);
            long weights = model.decoder().weights().shapes().values().stream()
                    .mapToLong(s -> s.numel())
                    .sum();

            assertThat(dense.weights()).isEqualTo(4 * weights);
            assertThat(dense.state()).isEqualTo(4 * 3 * all.trainable());
            assertThat(estimate(model, half, Runs.ADAMW).state()).isEqualTo(4 * 4 * half.trainable());
            assertThat(estimate(model, all, new Optimizer.RmsProp(0.99, 1e-8, 0))
                            .state())
                    .isEqualTo(4 * 2 * all.trainable());
            MemoryEstimate files = MemoryEstimate.of(
                    model.decoder().config(),
                    MemoryPolicy.KEEP.withState(folder),
                    Runs.ADAMW,
                    all.trainable(),
                    all.poolSize());
            assertThat(files.state()).isZero();
            assertThat(files.files()).isEqualTo(4 * 4 * all.trainable());
            assertThat(files.withState(10).files()).isEqualTo(4 * 4 * all.trainable() + 40);
            assertThat(dense.total()).isEqualTo(dense.weights() + dense.state() + dense.pass() + dense.runtime());
        }
    }

    /// What goes through the layers at once is a pass of short examples, or the longest example.
    @Test
    void aLongExampleIsAPassOfItsOwn() {
        try (AdaptedModel model = Runs.model()) {
            ModelConfig config = model.decoder().config();
            MemoryEstimate estimate = estimate(model, Runs.everything(model), Runs.ADAMW);
            assertThat(estimate.withExamples(config, MemoryPolicy.KEEP, ofLengths(3, 256)))
                    .isEqualTo(estimate);
            MemoryEstimate longer = estimate.withExamples(config, MemoryPolicy.KEEP, ofLengths(3, 1256));
            long kept = ActivationPolicy.KEEP.floatsPerToken(config);
            assertThat(longer.pass() - estimate.pass()).isGreaterThan(1000 * 4 * kept);
            assertThat(longer.runtime()).isGreaterThan(estimate.runtime());
        }
    }

    private static Dataset ofLengths(int... lengths) {
        List<Example> examples = Arrays.stream(lengths)
                .mapToObj(length -> new Example(0, new int[length], new boolean[length], 1, "", ""))
                .toList();
        return new Dataset(Path.of("rows.jsonl"), "00", Dataset.ALL, examples, List.of());
    }

    private static MemoryEstimate estimate(AdaptedModel model, Mask mask, Optimizer optimizer) {
        return MemoryEstimate.of(Runs.job(model, mask, DATA, Runs.config(2, optimizer, 1)));
    }
}
