package io.lota4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.lota4j.internal.Text;
import io.lota4j.internal.events.EventReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// `--tensorboard` of commands that train.
class TensorBoardTest {
    @TempDir
    private Path folder = Path.of("");

    @BeforeEach
    void prepare() throws IOException {
        TinyModel.write(folder.resolve("base"), 16, 1);
        TinyModel.data(folder.resolve("rows.jsonl"), 12);
    }

    @Test
    void theCurvesAreTheMetrics() throws IOException {
        Path metrics = folder.resolve("metrics.jsonl");
        Path runs = folder.resolve("runs/tiny");
        Cli cli = run("train", "--dense", "--metrics", metrics.toString(), "--tensorboard", runs.toString());
        assertThat(cli.err()).doesNotContain("lota:");
        List<EventReader.Event> events = EventReader.read(only(runs));
        List<EventReader.Event> expected = new ArrayList<>();
        for (String line : Files.readAllLines(metrics)) {
            JsonNode row = JsonMapper.shared().readTree(line);
            expected.add(new EventReader.Event(
                    "scalars",
                    0,
                    row.path("step").asLong(),
                    Map.of(
                            "train/loss", row.path("loss").floatValue(),
                            "train/gradient_norm", row.path("gradient_norm").floatValue(),
                            "train/lr", row.path("lr").floatValue(),
                            "train/tokens_per_second",
                                    (float) (row.path("tokens").asDouble()
                                            / row.path("seconds").asDouble()))));
        }
        assertThat(events.subList(0, 2).stream().map(EventReader.Event::what)).containsExactly("version", "start");
        assertThat(events.subList(2, events.size()))
                .usingRecursiveFieldByFieldElementComparatorIgnoringFields("time")
                .isEqualTo(expected)
                .hasSize(3);
    }

    @Test
    void calibrationHasThemToo() throws IOException {
        Path runs = folder.resolve("runs");
        run("calibrate", "--sparsity", "0.5", "--tensorboard", runs.toString());
        assertThat(EventReader.read(only(runs))).hasSize(2 + 3);
    }

    @Test
    void aFolderThatCannotBeWrittenIsToldOfBeforeAnythingIsRead() throws IOException {
        Path taken = Files.writeString(folder.resolve("taken"), "");
        for (Path runs : List.of(taken, taken.resolve("below"))) {
            Cli cli = new Cli(Commands.standard());
            assertThat(cli.run(
                            "train",
                            "--model",
                            "none",
                            "--dense",
                            "--data",
                            "none",
                            "--lr",
                            "1",
                            "--steps",
                            "1",
                            "--out",
                            folder.resolve("out").toString(),
                            "--tensorboard",
                            runs.toString()))
                    .isEqualTo(ExitCode.FAILED);
            assertThat(cli.err())
                    .contains(Text.format("%s: cannot be written: %s is a file, not a folder.", runs, taken));
        }
    }

    private Cli run(String command, String... more) {
        List<String> args = new ArrayList<>(
                List.of(command, "--model", folder.resolve("base").toString()));
        args.addAll(List.of("--data", folder.resolve("rows.jsonl").toString()));
        args.addAll(List.of("--prompt", "{question}", "--completion", "{answer}"));
        args.addAll(List.of("--steps", "3", "--lr", "1e-3", "--batch", "4"));
        args.addAll(List.of("--out", folder.resolve("out").toString()));
        args.addAll(List.of(more));
        Cli cli = new Cli(Commands.standard());
        assertThat(cli.run(args.toArray(String[]::new))).as(cli::err).isZero();
        return cli;
    }

    private static Path only(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            List<Path> all = files.toList();
            assertThat(all).hasSize(1);
            return all.getFirst();
        }
    }
}
