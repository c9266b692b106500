package io.lota4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.lota4j.internal.Text;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportCommandTest {
    static final String RUN_JSON = """
        {"format": "lota4j run 1", "name": "tiny", "command": "lota run a.yaml", "recipe": "",
         "base": {"name": "b", "fingerprint": "ff", "weights": 10, "pool": 8},
         "tasks": [{"name": "a", "train": "a.jsonl", "trainSha256": "0", "trainRows": 4, "validationRows": 0,
                    "testRows": 2, "answers": false}],
         "runs": [{"name": "r", "method": "full", "kind": "full", "lr": 0.001, "order": ["a"], "seed": 0,
                   "settings": {}}],
         "equal": [], "versions": {}, "machine": {}, "started": "2026-01-02T03:04:05Z", "seconds": 1,
         "finished": true}
        """;
    static final String METRICS = """
        {"figure":"loss","value":2.0,"n":9,"run":"base","seed":0,"stage":0,"task":"a","split":"test"}
        {"figure":"loss","value":1.0,"n":9,"run":"r","seed":0,"stage":1,"task":"a","split":"test"}
        """;

    @TempDir
    private Path folder = Path.of("");

    private Path run = Path.of("");

    @BeforeEach
    void write() throws IOException {
        run = Files.createDirectory(folder.resolve("run"));
        Files.writeString(run.resolve("run.json"), RUN_JSON);
        Files.writeString(run.resolve("metrics.jsonl"), METRICS);
    }

    private static Cli lota(int code, Object... arguments) {
        Cli cli = new Cli(Commands.standard());
        String[] texts = java.util.Arrays.stream(arguments).map(String::valueOf).toArray(String[]::new);
        assertThat(cli.run(texts)).as(() -> cli.out() + cli.err()).isEqualTo(code);
        return cli;
    }

    @Test
    void thePageGoesIntoTheDirectory() {
        Cli cli = lota(0, "report", run);
        assertThat(run.resolve("report.html")).content().startsWith("<!DOCTYPE html>");
        assertThat(cli.out()).startsWith(run.resolve("report.html") + ": 1 of 1 run done, ");
    }

    @Test
    void orWhereItIsToldAndMarkdownBesideIt() {
        Path page = folder.resolve("x.html");
        Path tables = folder.resolve("x.md");
        lota(0, "report", run, "--out", page, "--md", tables);
        assertThat(page).isNotEmptyFile();
        assertThat(tables).exists();
        assertThat(run.resolve("report.html")).doesNotExist();
    }

    @Test
    void aDryRunReadsAndWritesNothing() {
        assertThat(lota(0, "report", run, "--dry-run").out())
                .contains("reads       " + run, "done        1 of 1 run", "writes      " + run.resolve("report.html"));
        assertThat(run.resolve("report.html")).doesNotExist();
    }

    @Test
    void whatIsNotThereIsNamed() throws IOException {
        assertThat(lota(1, "report", folder.resolve("none")).err())
                .isEqualTo(Text.format(
                        "lota: %s: no such directory. Name one that an experiment left.\n", folder.resolve("none")));
        Files.delete(run.resolve("metrics.jsonl"));
        assertThat(lota(1, "report", run).err())
                .isEqualTo(Text.format(
                        "lota: %s: has no metrics.jsonl; expected a directory that an experiment left.\n", run));
        assertThat(lota(2, "report").err()).contains("missing required parameter: 'DIR'");
    }

    @Test
    void anotherFormatIsRefused() throws IOException {
        Files.writeString(run.resolve("run.json"), RUN_JSON.replace("lota4j run 1", "lota4j run 9"));
        assertThat(lota(1, "report", run).err())
                .contains("run.json: 'format' must be 'lota4j run 1', found \"lota4j run 9\".");
    }

    @Test
    void figuresThatAreNoneAreRefusedWithTheirLine() throws IOException {
        Files.writeString(run.resolve("metrics.jsonl"), METRICS.replace("1.0", "\"x\""));
        assertThat(lota(1, "report", run).err())
                .contains("metrics.jsonl, line 2: 'value' must be a finite number, found \"x\"");
        Files.writeString(
                run.resolve("metrics.jsonl"), METRICS.replace("\"loss\",\"value\":1.0", "\"los\",\"value\":1.0"));
        assertThat(lota(1, "report", run).err()).contains("line 2: unknown name 'los'; did you mean 'loss'?");
    }
}
