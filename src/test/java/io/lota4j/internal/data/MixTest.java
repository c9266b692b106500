package io.lota4j.internal.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lota4j.LotaException;
import io.lota4j.data.DataSource;
import io.lota4j.data.Dataset;
import io.lota4j.data.Example;
import io.lota4j.data.file.DataFiles;
import io.lota4j.data.file.DataPart;
import io.lota4j.data.file.Share;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Several files as one data set, in one order.
class MixTest {
    private final Tokenizer tokenizer = Tokenizer.of(ModelDirs.golden("byte-level"));

    @TempDir
    Path dir;

    @AfterEach
    void close() {
        tokenizer.close();
    }

    @Test
    void filesSideBySideAreAsOneFile() throws IOException {
        Path a = rows("a.jsonl", 0, 5);
        Path b = rows("b.jsonl", 5, 8);
        Path whole = rows("whole.jsonl", 0, 8);
        Dataset mixed = load(DataFiles.of(a).and(b, 1));
        Dataset one = load(DataFiles.of(whole));
        assertThat(answers(mixed)).isEqualTo(answers(one));
        assertThat(mixed.mix()).isEmpty();
        assertThat(new BatchOrder(mixed.shares(), 3, 7, true).step(4)).isEqualTo(new BatchOrder(8, 3, 7, true).step(4));
        assertThat(mixed.name()).isEqualTo(a + ", " + b);
        assertThat(mixed.place(6)).isEqualTo("row 1 (from 0) of " + b);
        assertThat(mixed.digests())
                .isEqualTo("a.jsonl sha256:" + load(DataFiles.of(a)).sha256() + ", b.jsonl sha256:"
                        + load(DataFiles.of(b)).sha256());
        assertThat(mixed.part(4, 6).sources()).extracting(DataSource::examples).containsExactly(1, 1);
    }

    @Test
    void weightsSayHowOftenAnEpochTakesRows() throws IOException {
        DataFiles files = DataFiles.of(rows("a.jsonl", 0, 5))
                .and(rows("b.jsonl", 5, 9), 2)
                .and(rows("c.jsonl", 9, 15), 0.5);
        Dataset mixed = load(files);
        assertThat(mixed.epochRows()).isEqualTo(5 + 8 + 3);
        assertThat(files.count(Dataset.ALL)).isEqualTo(16);
        assertThat(mixed.mix()).hasValue("5 x1, 4 x2, 6 x0.5");
        assertThat(mixed.read())
                .containsExactly(
                        dir.resolve("a.jsonl") + ": JSONL, 5 rows",
                        dir.resolve("b.jsonl") + ": JSONL, 4 rows of weight 2: an epoch takes 8",
                        dir.resolve("c.jsonl") + ": JSONL, 6 rows of weight 0.5: an epoch takes 3");
        BatchOrder order = new BatchOrder(mixed.shares(), 16, 3, true);
        for (int epoch = 0; epoch < 4; epoch += 2) {
            int[] counts = new int[15];
            for (int step = epoch; step < epoch + 2; step++) {
                Arrays.stream(order.step(step)).forEach(row -> counts[row]++);
            }
            assertThat(counts).containsExactly(2, 2, 2, 2, 2, 4, 4, 4, 4, 1, 1, 1, 1, 1, 1);
        }
        assertThat(order.step(0)).isNotEqualTo(order.step(1));
        assertThat(new BatchOrder(mixed.shares(), 16, 3, true).step(3)).isEqualTo(order.step(3));
    }

    /// Nobody may change the order of a run that was stopped.
    @Test
    void theOrderOfAMixIsFixed() {
        List<Share> shares = List.of(new Share(3, 1), new Share(2, 2), new Share(4, 0.5));
        assertThat(IntStream.range(0, 3)
                        .mapToObj(step -> Arrays.toString(new BatchOrder(shares, 9, 42, true).step(step))))
                .containsExactly(
                        "[4, 3, 6, 3, 2, 4, 1, 0, 7]", "[2, 3, 5, 8, 4, 0, 3, 4, 1]", "[6, 3, 0, 1, 4, 3, 2, 5, 4]");
        assertThat(new BatchOrder(shares, 9, 42, false).step(1)).containsExactly(0, 1, 2, 3, 4, 3, 4, 7, 8);
    }

    @Test
    void aPathMayHoldAColon() throws IOException {
        Path odd = rows("a:2", 0, 1);
        assertThat(DataPart.parse(odd.toString())).isEqualTo(DataPart.of(odd));
        assertThat(DataPart.parse(odd + ":3")).isEqualTo(new DataPart(odd, 3));
        assertThat(DataPart.parse("b.jsonl:0.5"))
                .isEqualTo(new DataPart(Path.of("b.jsonl"), 0.5))
                .hasToString("b.jsonl:0.5");
        assertThat(DataPart.parse("b:x.jsonl")).isEqualTo(DataPart.of(Path.of("b:x.jsonl")));
        for (String bad : List.of("b.jsonl:0", "b.jsonl:1001")) {
            assertThatThrownBy(() -> DataPart.parse(bad))
                    .isInstanceOf(LotaException.class)
                    .hasMessageStartingWith("The weight of b.jsonl must be over 0 and at most 1000, found ");
        }
    }

    /// What does not fit in memory is read from a file, and is the same.
    @Test
    void manyExamplesLieInAFile() throws IOException {
        Path file = rows("a.jsonl", 0, 50);
        Dataset held = load(DataFiles.of(file));
        Dataset stored = DatasetReader.read(DataFiles.of(file), encoder(), Dataset.ALL, 1000)
                .withOrigin(held.origin());
        assertThat(stored.examples()).isInstanceOf(StoredExamples.class).hasSize(50);
        for (int i = 49; i >= 0; i--) {
            assertSame(stored.examples().get(i), held.examples().get(i));
        }
        List<Example> some = stored.part(3, 5).examples();
        assertThat(some).isInstanceOf(StoredExamples.class).hasSize(2);
        assertSame(some.get(1), held.examples().get(4));
        assertThatThrownBy(() -> some.get(2)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void pairsAndWeightsAreKeptInAFile() {
        Example rejected = new Example(1, new int[] {1, 2}, new boolean[] {false, true}, new int[] {9}, "p", "r");
        Example pair = new Example(
                1,
                new int[] {1, 3},
                new boolean[] {false, true},
                new int[] {1},
                "p\u00e9",
                "",
                new float[] {0, 0.5f},
                rejected);
        List<Example> stored;
        try (StoredExamples.Writer writer = new StoredExamples.Writer(0)) {
            writer.add(pair);
            stored = writer.examples();
        }
        assertSame(stored.getFirst(), pair);
        assertThat(stored.getFirst().tokenWeights()).containsExactly(0, 0.5f);
        assertSame(Objects.requireNonNull(stored.getFirst().rejected()), rejected);
    }

    private static void assertSame(Example one, Example other) {
        assertThat(one.row()).isEqualTo(other.row());
        assertThat(one.ids()).isEqualTo(other.ids());
        assertThat(one.labelled()).isEqualTo(other.labelled());
        assertThat(one.promptIds()).isEqualTo(other.promptIds());
        assertThat(one.prompt()).isEqualTo(other.prompt());
        assertThat(one.answer()).isEqualTo(other.answer());
    }

    @Test
    void badRowsAreLeftOutWhereThatIsWanted() throws IOException {
        Path a = Files.writeString(
                dir.resolve("a.jsonl"), "{\"q\":\"a\",\"a\":\"x\"}\noops\n{\"p\":\"b\"}\n{\"q\":\"c\",\"a\":\"z\"}\n");
        Dataset rows = load(DataFiles.of(a).skippingBadRows());
        assertThat(answers(rows)).containsExactly("x", "z");
        assertThat(rows.bad()).hasSize(2);
        assertThat(rows.bad().getFirst().place()).isEqualTo("line 2");
        assertThat(rows.bad().getFirst().reason()).isEqualTo("not valid JSON: 'oops' is not a JSON value (column 1)");
        assertThat(rows.bad().getLast().place()).isEqualTo("line 3");
        assertThat(rows.notices())
                .containsExactly("2 rows of " + a + " left out: they cannot be used. The first is " + a
                        + ", line 2: not valid JSON: 'oops' is not a JSON value (column 1)");
        assertThatThrownBy(() -> load(DataFiles.of(a)))
                .isInstanceOf(LotaException.class)
                .hasMessageStartingWith(a + ", line 2: ");
        Path none = Files.writeString(dir.resolve("b.jsonl"), "oops\n");
        assertThatThrownBy(() -> load(DataFiles.of(none).skippingBadRows()))
                .hasMessage(
                        "None of the rows of %s can be used. The first is %s, line 1: not valid JSON: 'oops' is not a"
                                + " JSON value (column 1)",
                        none, none);
    }

    private Dataset load(DataFiles files) {
        return Dataset.load(files, encoder(), Dataset.ALL);
    }

    private static List<String> answers(Dataset data) {
        return data.examples().stream().map(Example::answer).toList();
    }

    private ExampleEncoder encoder() {
        return new ExampleEncoder(
                tokenizer, ChatTemplate.of(ModelDirs.golden("byte-level")), ExampleFormat.of("{q}", "{a}"), 64);
    }

    private Path rows(String name, int from, int to) throws IOException {
        List<String> lines = new ArrayList<>();
        for (int i = from; i < to; i++) {
            lines.add("{\"q\":\"q" + i + "\",\"a\":\"a" + i + "\"}");
        }
        return Files.write(dir.resolve(name), lines);
    }
}
