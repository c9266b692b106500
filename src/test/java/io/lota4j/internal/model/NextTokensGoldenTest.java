package io.lota4j.internal.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lota4j.Golden;
import io.lota4j.internal.kernel.vector.VectorDecodingKernel;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Single new tokens in the JVM, held against the layers' scripts, which are their specification.
class NextTokensGoldenTest {
    private static final int TOKENS = 6;

    static List<String> models() throws IOException {
        return GeneratorGoldenTest.models();
    }

    @ParameterizedTest
    @MethodSource("models")
    void logitsAreThoseOfTheScripts(String model) {
        try (Decoder decoder = Decoder.open(Golden.path("models/" + model));
                KvCache scripts = new KvCache(decoder, 3, 40, null);
                KvCache own = new KvCache(decoder, 3, 40, new VectorDecodingKernel())) {
            int[] slots = {2, 0};
            int[][] tokens = {{5, 9, 3, 1}, {7, 2, 8, 4, 6, 1, 3, 3, 2}};
            for (int t = 0; t < TOKENS; t++) {
                float[][] expected = scripts.append(slots, tokens);
                float[][] found = own.append(slots, tokens);
                for (int s = 0; s < slots.length; s++) {
                    assertClose(found[s], expected[s]);
                }
                int step = t;
                tokens = new int[][] {{10 + step}, {30 - step}};
            }
        }
    }

    /// What prompts have in common is computed once, also where a slot was used before.
    @ParameterizedTest
    @MethodSource("models")
    void promptsThatBeginAlikeAreAsIfAlone(String model) {
        int[] start = {5, 9, 3, 1, 7, 7, 2, 11, 4, 6};
        int[][] prompts = {join(start, 8), join(start, 8, 1, 2, 3, 4, 5), join(start, 12, 3)};
        int[] slots = {1, 2, 0};
        try (Decoder decoder = Decoder.open(Golden.path("models/" + model));
                KvCache together = new KvCache(decoder, 3, 40, new VectorDecodingKernel())) {
            together.append(slots, new int[][] {{1, 2}, {3, 4, 5}, {6}});
            for (int slot : slots) {
                together.clear(slot);
            }
            float[][] first = together.append(slots, prompts);
            float[][] second = together.append(slots, new int[][] {{3}, {4}, {5}});
            for (int p = 0; p < prompts.length; p++) {
                try (KvCache alone = new KvCache(decoder, 1, 40, null)) {
                    assertClose(first[p], alone.append(new int[] {0}, new int[][] {prompts[p]})[0]);
                    assertClose(second[p], alone.append(new int[] {0}, new int[][] {{3 + p}})[0]);
                }
            }
        }
    }

    private static int[] join(int[] start, int... rest) {
        return IntStream.concat(Arrays.stream(start), Arrays.stream(rest)).toArray();
    }

    private static void assertClose(float[] found, float[] expected) {
        double size = largest(expected);
        for (int i = 0; i < expected.length; i++) {
            assertThat((double) found[i]).as("logit %d", i).isCloseTo(expected[i], within(2e-5 * size));
        }
    }

    /// Not everything may be left to the scripts unseen.
    @Test
    void layersOfCommonModelsAreComputedHere() {
        for (String model : List.of("llama", "qwen2-window", "qwen3", "gemma2", "gemma3", "phi3", "granite")) {
            try (Decoder decoder = Decoder.open(Golden.path("models/" + model));
                    KvCache cache = new KvCache(decoder, 1, 8, new VectorDecodingKernel())) {
                assertThat(cache.computedInTheJvm()).as(model).isTrue();
            }
        }
    }

    private static double largest(float[] values) {
        double largest = 0;
        for (float value : values) {
            largest = Math.max(largest, Math.abs(value));
        }
        return largest;
    }

    /// A weight that somebody may have changed is read where it is changed, not in the file.
    @Test
    void changedWeightsAreReadInMemory() {
        try (Decoder decoder = Decoder.open(Golden.path("models/llama-bf16-sharded"))) {
            float[] before = next(decoder);
            String name = "model.layers.0.mlp.down_proj.weight";
            Torch.memory(decoder.weights().whole(name)).fill((byte) 0);
            float[] after = next(decoder);
            assertThat(Arrays.equals(before, after)).isFalse();
            try (KvCache scripts = new KvCache(decoder, 1, 8, null)) {
                scripts.append(new int[] {0}, new int[][] {{5, 9, 3}});
                assertClose(after, scripts.append(new int[] {0}, new int[][] {{4}})[0]);
            }
        }
    }

    private static float[] next(Decoder decoder) {
        try (KvCache cache = new KvCache(decoder, 1, 8, new VectorDecodingKernel())) {
            cache.append(new int[] {0}, new int[][] {{5, 9, 3}});
            return cache.append(new int[] {0}, new int[][] {{4}})[0];
        }
    }
}
