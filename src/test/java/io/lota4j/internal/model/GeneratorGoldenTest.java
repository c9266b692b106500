package io.lota4j.internal.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.lota4j.Golden;
import io.lota4j.model.Sampling;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Greedy continuations as transformers writes them.
class GeneratorGoldenTest {
    static List<String> models() throws IOException {
        try (var folders = Files.list(Golden.path("models"))) {
            return folders.map(f -> f.getFileName().toString())
                    .filter(GeneratorGoldenTest::hasContinuation)
                    .sorted()
                    .toList();
        }
    }

    private static boolean hasContinuation(String model) {
        try (Golden golden = Golden.open("models/" + model + "/golden.safetensors")) {
            return golden.file().tensors().containsKey("greedy");
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void greedy(String model) {
        try (Golden golden = Golden.open("models/" + model + "/golden.safetensors");
                Decoder decoder = Decoder.open(Golden.path("models/" + model))) {
            assertGreedy(golden, decoder);
        }
    }

    static void assertGreedy(Golden golden, Decoder decoder) {
        int[] whole = golden.ints("greedy");
        int[] prompt = golden.ints("greedy_prompt");
        assertThat(whole).startsWith(prompt);
        Generator generator = new Generator(decoder, Set.of(), whole.length - prompt.length, new Sampling.Greedy(), 0);

        Generator.Answer answer = generator.generate(List.of(prompt)).getFirst();

        assertThat(answer.ids()).isEqualTo(Arrays.copyOfRange(whole, prompt.length, whole.length));
        assertThat(answer.ended()).isFalse();
    }

    /// Prompts of one batch in layers that keep states, each as if it were alone.
    @ParameterizedTest
    @ValueSource(strings = {"lfm2", "qwen3.5"})
    void greedyAmongOthers(String model) {
        try (Golden golden = Golden.open("models/" + model + "/golden.safetensors");
                Decoder decoder = Decoder.open(Golden.path("models/" + model))) {
            int[] whole = golden.ints("greedy");
            int[] prompt = golden.ints("greedy_prompt");
            int added = whole.length - prompt.length;
            int[] one = {7};
            int[] longer = IntStream.range(0, 47).map(i -> 3 + i * 5 % 120).toArray();
            Generator generator = new Generator(decoder, Set.of(), added, new Sampling.Greedy(), 0);

            List<Generator.Answer> answers = generator.generate(List.of(one, prompt, longer, prompt));

            int[] expected = Arrays.copyOfRange(whole, prompt.length, whole.length);
            assertThat(answers.get(1).ids()).isEqualTo(expected);
            assertThat(answers.get(3).ids()).isEqualTo(expected);
            assertThat(answers.get(0).ids())
                    .isEqualTo(generator.generate(List.of(one)).getFirst().ids());
            assertThat(answers.get(2).ids())
                    .isEqualTo(generator.generate(List.of(longer)).getFirst().ids());
        }
    }
}
