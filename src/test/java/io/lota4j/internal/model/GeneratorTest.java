package io.lota4j.internal.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lota4j.Golden;
import io.lota4j.model.Sampling;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class GeneratorTest {
    private static final Sampling GREEDY = new Sampling.Greedy();
    private static final int MAX_NEW = 12;

    private Decoder decoder;

    @BeforeAll
    void open() {
        decoder = Decoder.open(Golden.path("models/llama-tied"));
    }

    @AfterAll
    void close() {
        decoder.close();
    }

    @Test
    void promptsDoNotDisturbEachOther() {
        List<int[]> prompts = prompts(1, 5, 1, 17, 3, 17, 30);
        List<Generator.Answer> together = generator(Set.of(), GREEDY, 0).generate(prompts);
        assertThat(together).hasSameSizeAs(prompts);
        for (int p = 0; p < prompts.size(); p++) {
            assertThat(together.get(p).ids()).as("prompt %d", p).isEqualTo(alone(prompts.get(p)));
        }
    }

    /// Answers that end at different steps leave the others' slots as they were.
    @Test
    void aStopTokenEndsItsOwnAnswerOnly() {
        List<int[]> prompts = prompts(2, 4, 9, 6);
        List<int[]> full = prompts.stream().map(this::alone).toList();
        int stop = full.get(0)[3];
        List<Generator.Answer> answers = generator(Set.of(stop), GREEDY, 0).generate(prompts);
        for (int p = 0; p < prompts.size(); p++) {
            int end = indexOf(full.get(p), stop);
            assertThat(answers.get(p).ids()).as("prompt %d", p).isEqualTo(Arrays.copyOf(full.get(p), end));
            assertThat(answers.get(p).ended()).isEqualTo(end < MAX_NEW);
        }
        assertThat(answers.get(0).ended()).isTrue();
        assertThat(answers.get(0).ids()).hasSizeLessThanOrEqualTo(3);
    }

    /// Weights are read from the files where these are as they were, else from memory.
    @Test
    void aLoadedModelNeedsItsFilesNoMore(@TempDir Path folder) throws IOException {
        Path source = Golden.path("models/llama-bf16-sharded");
        try (Stream<Path> files = Files.list(source)) {
            for (Path file : files.toList()) {
                Files.copy(file, folder.resolve(file.getFileName().toString()));
            }
        }
        int[] prompt = {5, 9, 3};
        try (Decoder there = Decoder.open(folder);
                Decoder gone = Decoder.open(folder);
                Decoder changed = Decoder.open(folder)) {
            int[] expected = answer(there, prompt);
            Files.delete(folder.resolve("config.json"));
            assertThat(answer(gone, prompt)).isEqualTo(expected);
            for (int number = 1; number <= 3; number++) {
                Path shard = folder.resolve("model-0000" + number + "-of-00003.safetensors");
                byte[] bytes = Files.readAllBytes(shard);
                Arrays.fill(bytes, bytes.length - 1000, bytes.length, (byte) 0);
                Files.delete(shard);
                Files.write(shard, bytes);
            }
            assertThat(answer(changed, prompt)).isEqualTo(expected);
            assertThat(answer(there, prompt)).isEqualTo(expected);
        }
    }

    private static int[] answer(Decoder decoder, int[] prompt) {
        return new Generator(decoder, Set.of(), MAX_NEW, GREEDY, 0)
                .generate(List.of(prompt))
                .getFirst()
                .ids();
    }

    /// Prompts that wait take the places of those that have ended.
    @Test
    void answersDoNotDependOnHowManyAreGivenAtATime() {
        List<int[]> prompts = new ArrayList<>(prompts(6, 3, 9, 4, 1, 12, 9, 7, 2, 5));
        prompts.addAll(prompts(6, 3, 9, 4).stream()
                .map(p -> IntStream.concat(Arrays.stream(prompts.get(4)), Arrays.stream(p))
                        .toArray())
                .toList());
        Set<Integer> stop =
                IntStream.range(0, decoder.config().vocabSize() / 8).boxed().collect(Collectors.toSet());
        Generator generator = generator(stop, new Sampling.TopKTopP(1.5, 40, 0.95), 3);
        List<int[]> all = ids(generator.generate(prompts));
        assertThat(all.stream().mapToInt(answer -> answer.length).distinct().count())
                .isGreaterThan(2);
        for (int atOnce : new int[] {1, 2, 3, 5, 100}) {
            assertThat(ids(generator.generate(prompts, atOnce)))
                    .as("%d at a time", atOnce)
                    .usingRecursiveComparison()
                    .isEqualTo(all);
        }
        assertThatThrownBy(() -> generator.generate(prompts, 0)).hasMessageContaining("At least 1 prompt");
    }

    @Test
    void thePlainForwardPassAgreesWithTheCache() {
        int[] prompt = prompts(3, 7).getFirst();
        List<Integer> ids = new ArrayList<>();
        Arrays.stream(prompt).forEach(ids::add);
        for (int n = 0; n < MAX_NEW; n++) {
            int[] sequence = ids.stream().mapToInt(Integer::intValue).toArray();
            float[] logits = decoder.logits(
                    PackedBatch.of(List.of(new PackedBatch.Sequence(sequence, new boolean[sequence.length]))));
            int vocab = decoder.config().vocabSize();
            float[] last = Arrays.copyOfRange(logits, logits.length - vocab, logits.length);
            ids.add(GREEDY.choose(last, new SplittableRandom(0)));
        }
        assertThat(ids.subList(prompt.length, ids.size()))
                .containsExactlyElementsOf(Arrays.stream(alone(prompt)).boxed().toList());
    }

    @Test
    void aSeedMakesDrawsRepeatable() {
        Sampling sampling = new Sampling.TopKTopP(1.5, 40, 0.95);
        List<int[]> prompts = prompts(4, 3, 8);
        List<int[]> first = ids(generator(Set.of(), sampling, 11).generate(prompts));
        assertThat(ids(generator(Set.of(), sampling, 11).generate(prompts)))
                .usingRecursiveComparison()
                .isEqualTo(first);
        assertThat(ids(generator(Set.of(), sampling, 12).generate(prompts)).get(0))
                .isNotEqualTo(first.get(0));
        // A prompt's draws are its own: they do not depend on the prompts behind it.
        assertThat(ids(generator(Set.of(), sampling, 11).generate(prompts.subList(0, 1)))
                        .get(0))
                .isEqualTo(first.get(0));
    }

    @Test
    void theModelsPositionsAreTheLimit() {
        int positions = decoder.config().maxPositions();
        int longest = positions - MAX_NEW;
        assertThat(alone(prompts(5, longest).getFirst())).hasSize(MAX_NEW);
        List<int[]> prompts = prompts(5, 2, longest + 1, positions - 1, positions, positions + 1);
        List<Generator.Answer> answers = generator(Set.of(), GREEDY, 0).generate(prompts);
        assertThat(answers.stream().map(a -> a.ids().length)).containsExactly(MAX_NEW, MAX_NEW - 1, 1, 0, 0);
        assertThat(answers).noneMatch(Generator.Answer::ended);
        // What one prompt has no room for takes nothing from the others.
        assertThat(answers.getFirst().ids()).isEqualTo(alone(prompts.getFirst()));
        assertThat(answers.get(1).ids()).isEqualTo(alone(prompts.get(1)));
        assertThat(generator(Set.of(), GREEDY, 0)
                        .generate(prompts(5, positions))
                        .getFirst()
                        .ids())
                .isEmpty();
    }

    private Generator generator(Set<Integer> stop, Sampling sampling, long seed) {
        return new Generator(decoder, stop, MAX_NEW, sampling, seed);
    }

    private int[] alone(int[] prompt) {
        return generator(Set.of(), GREEDY, 0)
                .generate(List.of(prompt))
                .getFirst()
                .ids();
    }

    private static List<int[]> ids(List<Generator.Answer> answers) {
        return answers.stream().map(Generator.Answer::ids).toList();
    }

    private static int indexOf(int[] ids, int token) {
        int at = 0;
        while (at < ids.length && ids[at] != token) {
            at++;
        }
        return at;
    }

    private List<int[]> prompts(long seed, int... lengths) {
        SplittableRandom random = new SplittableRandom(seed);
        return Arrays.stream(lengths)
                .mapToObj(n -> random.ints(n, 0, decoder.config().vocabSize()).toArray())
                .toList();
    }
}
