package io.lota4j.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.lota4j.Golden;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

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
            int[] whole = golden.ints("greedy");
            int[] prompt = golden.ints("greedy_prompt");
            assertThat(whole).startsWith(prompt);
            Generator generator =
                    new Generator(decoder, Set.of(), whole.length - prompt.length, new Sampling.Greedy(), 0);

            Generator.Answer answer = generator.generate(List.of(prompt)).getFirst();

            assertThat(answer.ids()).isEqualTo(Arrays.copyOfRange(whole, prompt.length, whole.length));
            assertThat(answer.ended()).isFalse();
        }
    }
}
