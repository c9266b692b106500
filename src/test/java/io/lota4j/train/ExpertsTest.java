package io.lota4j.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.lota4j.Golden;
import io.lota4j.data.Example;
import io.lota4j.mask.Mask;
import io.lota4j.model.ActivationPolicy;
import io.lota4j.model.BaseWeights;
import io.lota4j.model.MemoryPolicy;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.roaringbitmap.RoaringBitmap;

/// Two tokens go through some of a layer's four experts only.
class ExpertsTest {
    private static final List<Example> SHORT =
            List.of(new Example(0, new int[] {5, 9}, new boolean[] {false, true}, 1, "", ""));

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
}
