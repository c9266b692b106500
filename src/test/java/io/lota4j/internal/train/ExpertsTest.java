package io.lota4j.internal.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lota4j.Golden;
import io.lota4j.data.Example;
import io.lota4j.internal.checkpoint.SafetensorsFile;
import io.lota4j.mask.Mask;
import io.lota4j.model.MemoryPolicy;
import io.lota4j.model.MemoryPolicy.ActivationPolicy;
import io.lota4j.model.MemoryPolicy.BaseWeights;
import io.lota4j.train.Optimizer;
import io.lota4j.train.TrainConfig;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.roaringbitmap.RoaringBitmap;

/// Two tokens go through some of a layer's four experts only.
class ExpertsTest {
    private static final List<Example> SHORT =
            List.of(new Example(0, new int[] {5, 9}, new boolean[] {false, true}, 1, "", ""));

    /// The second row goes through experts that the first left out.
    private static final List<Example> SHORT_THEN_LONG =
            List.of(SHORT.getFirst(), Runs.data(5, 1).examples().getFirst());

    private static final double LR = 0.01;
    private static final double DECAY = 0.1;
    /// The smallest gradient counts as much as any, and decay moves what an update of zero would not.
    private static final Optimizer SHARP = new Optimizer.AdamW(0.9, 0.999, 1e-20, DECAY);

    @TempDir
    Path folder;

    /// As with tensors of their own, where all experts are parts of one: with all weights trained, with some in place,
    /// and with some beside mapped layers.
    @ParameterizedTest
    @CsvSource({"0, KEEP", "0.5, KEEP", "0.5, MAPPED", "0, MAPPED"})
    void aPartThatNoTokenReachedStaysAsItIs(double sparsity, String base) {
        MemoryPolicy memory =
                new MemoryPolicy(ActivationPolicy.KEEP, base.equals("KEEP") ? BaseWeights.LOADED : BaseWeights.MAPPED);
        try (AdaptedModel model = AdaptedModel.open(Golden.path("models/gpt-oss"), memory)) {
            Mask mask = sparsity == 0 ? Runs.everything(model) : Runs.random(model, sparsity, 3);
            Map<String, int[]> before = Runs.bits(model);
            Runs.run(model, mask, Runs.data(SHORT), Runs.plain(1, Runs.ADAMW, 1, 1, 1));
            Map<String, int[]> after = Runs.bits(model);
            String name = "model.layers.0.mlp.experts.down_proj";
            int[] was = Runs.of(before, name);
            int[] is = Runs.of(after, name);
            RoaringBitmap trained = mask.tensor(name).trainable();
            int size = was.length / 4;
            int untouched = 0;
            for (int part = 0; part < 4; part++) {
                int from = part * size;
                long moved = IntStream.range(from, from + size)
                        .filter(i -> was[i] != is[i])
                        .count();
                long there = trained.rangeCardinality(from, (long) from + size);
                assertThat(moved).isIn(0L, there);
                untouched += moved == 0 ? 1 : 0;
            }
            assertThat(untouched).isBetween(1, 2);
        }
    }

    /// Decay alone would move every weight that is stepped.
    @Test
    void anExpertThatNoTokenReachedStaysAsItIs() {
        try (AdaptedModel model = Runs.model("qwen3-moe")) {
            Map<String, int[]> before = Runs.bits(model);
            Mask mask = Runs.everything(model);
            Runs.run(model, mask, Runs.data(SHORT), Runs.plain(1, Runs.ADAMW, 1, 1, 1));
            Map<String, int[]> after = Runs.bits(model);
            List<String> same = mask.tensors().keySet().stream()
                    .filter(name -> Arrays.equals(Runs.of(before, name), Runs.of(after, name)))
                    .toList();
            assertThat(same).isNotEmpty().allMatch(name -> name.contains(".mlp.experts."));
            List<String> stepped = before.keySet().stream()
                    .filter(name -> name.contains(".mlp.experts.") && !same.contains(name))
                    .toList();
            assertThat(stepped).hasSizeGreaterThanOrEqualTo(4 * 2 * 3);
            // All three matrices of an expert, or none.
            assertThat(same.stream()
                            .map(name -> name.replaceFirst("\\.[a-z]+_proj\\.weight$", ""))
                            .distinct())
                    .hasSize(same.size() / 3);
        }
    }

    /// An expert's first update moves each weight by the learning rate, whenever it comes: AdamW's means are corrected
    /// by the number of updates that the expert had. By the run's second step they would be 0.74 of that.
    @ParameterizedTest
    @CsvSource({"qwen3-moe, 0", "qwen3-moe, 0.5", "gpt-oss, 0", "gpt-oss, 0.5"})
    void anExpertsUpdatesAreCountedFromItsFirst(String name, double sparsity) {
        Map<String, int[]> start = after(name, sparsity, 0);
        Map<String, int[]> first = after(name, sparsity, 1);
        Map<String, int[]> second = after(name, sparsity, 2);
        long late = 0;
        for (String tensor : start.keySet()) {
            if (!tensor.contains(".mlp.experts.") || tensor.contains("bias")) {
                continue;
            }
            int parts = name.equals("gpt-oss") ? 4 : 1;
            int size = Runs.of(start, tensor).length / parts;
            for (int part = 0; part < parts; part++) {
                float[] before = floats(start, tensor, part, size);
                float[] after = floats(second, tensor, part, size);
                if (Arrays.equals(before, floats(first, tensor, part, size)) && !Arrays.equals(before, after)) {
                    for (int i = 0; i < size; i++) {
                        if (after[i] != before[i]) {
                            double moved = Math.abs(after[i] - before[i] * (1 - LR * DECAY));
                            assertThat(moved).isCloseTo(LR, within(LR / 100));
                            late++;
                        }
                    }
                }
            }
        }
        assertThat(late).isPositive();
    }

    /// A run that is stopped goes on with each expert's own number of updates.
    @ParameterizedTest
    @ValueSource(strings = {"qwen3-moe", "gpt-oss"})
    void aStoppedRunKnowsEveryExpertsUpdates(String name) {
        Path state = folder.resolve("ticket.state");
        TrainConfig config = Runs.plain(4, Runs.ADAMW, LR, 1, 1);
        Map<String, int[]> whole;
        try (AdaptedModel model = Runs.model(name)) {
            Runs.run(model, Runs.random(model, 0.5, 3), Runs.data(SHORT_THEN_LONG), config);
            whole = Runs.bits(model);
        }
        try (AdaptedModel model = Runs.model(name)) {
            Job job = Runs.job(model, Runs.random(model, 0.5, 3), Runs.data(SHORT_THEN_LONG), config);
            job.run(state, 0, false, Runs.SILENT, () -> true);
        }
        try (SafetensorsFile file = SafetensorsFile.open(state)) {
            assertThat(file.tensors().keySet())
                    .anyMatch(tensor -> tensor.endsWith(".updates"))
                    .noneMatch(tensor -> tensor.contains("self_attn") && tensor.endsWith(".updates"));
        }
        try (AdaptedModel model = Runs.model(name)) {
            Job job = Runs.job(model, Runs.random(model, 0.5, 3), Runs.data(SHORT_THEN_LONG), config);
            job.run(state, 0, true, Runs.SILENT, () -> false);
            assertThat(Runs.bits(model)).usingRecursiveComparison().isEqualTo(whole);
        }
    }

    private static Map<String, int[]> after(String name, double sparsity, int steps) {
        try (AdaptedModel model = Runs.model(name)) {
            if (steps > 0) {
                Mask mask = sparsity == 0 ? Runs.everything(model) : Runs.random(model, sparsity, 3);
                Runs.run(model, mask, Runs.data(SHORT_THEN_LONG), Runs.plain(steps, SHARP, LR, 1, 1));
            }
            return Runs.bits(model);
        }
    }

    private static float[] floats(Map<String, int[]> bits, String tensor, int part, int size) {
        float[] floats = new float[size];
        for (int i = 0; i < size; i++) {
            floats[i] = Float.intBitsToFloat(Runs.of(bits, tensor)[part * size + i]);
        }
        return floats;
    }
}
