package io.lota4j.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.lota4j.Lota;
import io.lota4j.LotaException;
import io.lota4j.RowOptions;
import io.lota4j.data.Dataset;
import io.lota4j.internal.events.EventReader;
import io.lota4j.mask.Mask;
import io.lota4j.mask.Pool;
import io.lota4j.train.RunObserver;
import io.lota4j.train.StateFile;
import io.lota4j.train.TrainConfig;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// `--metrics` and `--tensorboard` of a run that was killed after a state and resumed: as if it had never stopped.
class MetricsResumeTest {
    private static final long STEPS = 5;

    @TempDir
    private Path folder = Path.of("");

    @BeforeEach
    void prepare() throws IOException {
        TinyModel.write(at("base"), 16, 1);
        TinyModel.data(at("rows.jsonl"), 12);
    }

    @Test
    void aKilledRunsRowsAreThoseOfTheUnbrokenRun() throws IOException {
        assertThat(train("whole", at("whole.jsonl"), at("whole-curves"), "--checkpoint-every", "2"))
                .isEmpty();
        kill(4);
        // Rows of the steps 3 and 4 came after the state of step 2, and half of another.
        assertThat(rows(at("rows-of-run.jsonl"))).hasSize(4);
        List<JsonNode> before = rows(at("rows-of-run.jsonl")).subList(0, 2);
        Files.writeString(at("rows-of-run.jsonl"), "{\"step\":5,\"lo", StandardOpenOption.APPEND);

        assertThat(train("out", at("rows-of-run.jsonl"), at("curves"), "--resume"))
                .isEmpty();

        List<JsonNode> rows = rows(at("rows-of-run.jsonl"));
        assertThat(rows.subList(0, 2)).isEqualTo(before);
        assertThat(untimed(rows)).isEqualTo(untimed(rows(at("whole.jsonl")))).hasSize((int) STEPS);
        double earlier = before.get(1).path("seconds").doubleValue();
        assertThat(rows.get(2).path("seconds").doubleValue()).isGreaterThan(earlier);
        assertThat(rows)
                .isSortedAccordingTo((a, b) -> Double.compare(
                        a.path("seconds").doubleValue(), b.path("seconds").doubleValue()));
        assertThat(Files.readAllBytes(at("out"))).isEqualTo(Files.readAllBytes(at("whole")));
    }

    /// A disk that becomes full costs a table, not the run.
    @Test
    void aTableThatCannotBeWrittenDoesNotEndTheRun() throws IOException {
        train("whole", at("whole.jsonl"), at("whole-curves"));
        Path full = Path.of("/dev/full");
        assertThat(train("out", full, at("curves")))
                .contains("lota: warning: /dev/full: cannot be written: No space left on device; the run goes on"
                        + " without this file\n")
                .endsWith("lota: /dev/full: cannot be written: No space left on device; the result is whole, this file"
                        + " is not\n");
        assertThat(at("out")).hasSameBinaryContentAs(at("whole"));
        assertThat(at("out.state")).doesNotExist();
        assertThat(shown(at("curves"))).hasSize((int) STEPS);
    }

    /// What TensorBoard shows: a file that starts at a step hides what earlier files say of it and of later ones.
    @Test
    void theCurvesOfAKilledRunAreThoseOfTheUnbrokenRun() throws IOException {
        train("whole", at("whole.jsonl"), at("whole-curves"));
        kill(4);
        train("out", at("rows-of-run.jsonl"), at("curves"), "--resume");
        List<EventReader.Event> shown = shown(at("curves"));
        assertThat(shown.stream().map(EventReader.Event::step)).containsExactly(1L, 2L, 3L, 4L, 5L);
        assertThat(shown.stream().map(e -> e.scalars().get("train/loss")))
                .isEqualTo(shown(at("whole-curves")).stream()
                        .map(e -> e.scalars().get("train/loss"))
                        .toList());
        List<JsonNode> rows = rows(at("rows-of-run.jsonl"));
        for (int step = 0; step < STEPS; step++) {
            double speed = rows.get(step).path("tokens").doubleValue()
                    / rows.get(step).path("seconds").doubleValue();
            assertThat(shown.get(step).scalars())
                    .hasEntrySatisfying(
                            "train/tokens_per_second",
                            found -> assertThat((double) found).isCloseTo(speed, within(1e-6 * speed)));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\n", "{\"step\":1}", "{\"step\":1}\n", "{\"step\":1}\n{\"st"})
    void aNewRunKeepsWhatTheFileHasAndStartsOnALineOfItsOwn(String there) throws IOException {
        Path file = Files.writeString(at("m"), there);
        new MetricsRows(file).prepare(0);
        assertThat(file).hasContent(there + (there.isEmpty() || there.endsWith("\n") ? "" : "\n"));
    }

    @Test
    void rowsAfterTheStateAreCutHoweverTheyCameThere() throws IOException {
        String kept = "{\"step\":1}\n{\"step\":2}\n";
        for (String after : List.of(
                "",
                "{\"step\":3}\n",
                "{\"step\":3}",
                "{\"st",
                "{\"step\":3}\n{\"step\":4}\n{\"st",
                "{\"step\":3,\"lo{\"step\":3}\n{\"step\":4}\n",
                "\n\n")) {
            Path file = Files.writeString(at("m"), kept + after);
            new MetricsRows(file).prepare(2);
            assertThat(Files.readString(file)).as(after).isEqualTo(kept);
        }
        // Killed between the row and the end of its line.
        Path file = Files.writeString(at("m"), kept.stripTrailing());
        new MetricsRows(file).prepare(2);
        assertThat(Files.readString(file)).isEqualTo(kept);
        // Metrics that were only asked for later.
        Files.writeString(file, "{\"step\":3}\n{\"step\":4}\n{\"st");
        new MetricsRows(file).prepare(2);
        assertThat(file).isEmptyFile();
    }

    @Test
    void aFileOfSomethingElseIsLeftAsItIs() throws IOException {
        String before = Files.readString(at("rows.jsonl"));
        assertThatThrownBy(() -> new MetricsRows(at("rows.jsonl")).prepare(2))
                .isInstanceOf(LotaException.class)
                .hasMessage(
                        "%s, line 1: expected a row of metrics, a JSON object with a step; found something else. "
                                + "Nothing was changed: name another file for the metrics.",
                        at("rows.jsonl"));
        assertThat(at("rows.jsonl")).hasContent(before);
    }

    /// Leaves what a run leaves that is killed after some step: a state of every second step, and rows of all.
    private void kill(long step) {
        StateOptions options = parsed(
                new StateOptions(),
                "--metrics",
                at("rows-of-run.jsonl").toString(),
                "--tensorboard",
                at("curves").toString());
        TrainConfig config = parsed(new TrainingOptions(), "--steps", "" + STEPS, "--lr", "1e-3", "--batch", "4")
                .config(12);
        try (Lota lota = Lota.open(at("base"));
                RunDisplay display =
                        new RunDisplay("train", options, new Messages(new PrintWriter(Writer.nullWriter()), true))) {
            Dataset examples = lota.data(at("rows.jsonl"), new RowOptions("{question}", "{answer}", 1024, Dataset.ALL));
            Mask mask = lota.everything(Pool.standard());
            RunObserver observer = display.observer();
            RunObserver killed = new RunObserver(
                    observer.start(),
                    p -> {
                        observer.step().step(p);
                        if (p.step() == step) {
                            throw new IllegalStateException("killed");
                        }
                    },
                    () -> false);
            StateFile state = StateFile.at(at("out.state")).every(2);
            assertThatThrownBy(() -> lota.train(examples, mask, config, killed, state))
                    .hasMessage("killed");
        }
        assertThat(at("out.state")).exists();
    }

    private static <T> T parsed(T options, String... args) {
        new CommandLine(options).setCaseInsensitiveEnumValuesAllowed(true).parseArgs(args);
        return options;
    }

    /// @return what went wrong
    private String train(String out, Path metrics, Path curves, String... more) {
        List<String> args = new ArrayList<>(
                List.of("train", "--dense", "--model", at("base").toString()));
        args.addAll(List.of("--data", at("rows.jsonl").toString()));
        args.addAll(List.of("--prompt", "{question}", "--completion", "{answer}"));
        args.addAll(List.of("--steps", "" + STEPS, "--lr", "1e-3", "--batch", "4", "--out", at(out).toString()));
        args.addAll(List.of("--metrics", metrics.toString(), "--tensorboard", curves.toString()));
        args.addAll(List.of(more));
        Cli cli = new Cli(Commands.standard());
        return cli.run(args.toArray(String[]::new)) == ExitCode.OK ? "" : cli.err();
    }

    private static List<JsonNode> rows(Path file) throws IOException {
        String text = Files.readString(file, UTF_8);
        assertThat(text).endsWith("\n");
        return text.lines().map(JsonMapper.shared()::readTree).toList();
    }

    private static List<JsonNode> untimed(List<JsonNode> rows) {
        return rows.stream()
                .map(row -> (JsonNode) ((ObjectNode) row.deepCopy()).without("seconds"))
                .toList();
    }

    private static List<EventReader.Event> shown(Path folder) throws IOException {
        List<EventReader.Event> shown = new ArrayList<>();
        try (var files = Files.list(folder)) {
            for (Path file : files.sorted().toList()) {
                for (EventReader.Event event : EventReader.read(file)) {
                    if (event.what().equals("start")) {
                        shown.removeIf(earlier -> earlier.step() >= event.step());
                    } else if (event.what().equals("scalars")) {
                        shown.add(event);
                    }
                }
            }
        }
        return shown;
    }

    private Path at(String name) {
        return folder.resolve(name);
    }
}
