package io.lota4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.lota4j.demo.DemoData;
import io.lota4j.demo.DemoFiles;
import io.lota4j.demo.DemoTask;
import io.lota4j.internal.Text;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// `lota run` of an experiment.
class ExperimentCommandTest {
    @TempDir
    private Path folder = Path.of("");

    private Path recipe = Path.of("");

    @BeforeEach
    void prepare() throws IOException {
        DemoFiles.writeBase(folder.resolve("base"));
        DemoFiles.writeTask(folder, new DemoData(DemoData.DEFAULT_SEED), DemoTask.FLIP);
        recipe = Files.writeString(folder.resolve("tiny.yaml"), Text.format("""
            base: %1$s/base
            out: %1$s/out
            tasks:
              flip:
                train: %1$s/flip-train.jsonl
                test: %1$s/flip-test.jsonl
                train-rows: 32
                test-rows: 4
                prompt: "{prompt}"
                completion: "{completion}"
            training: {steps: 2, batch: 4}
            methods:
              - {method: lota, sparsity: 0.9, lr: 1e-3, calibration-steps: 1, calibration-lr: 3e-4}
            """, folder));
    }

    @Test
    void aDryRunSaysWhatIsLeftAndWritesNothing() {
        Cli cli = new Cli(Commands.standard());
        assertThat(cli.run("run", recipe.toString(), "--dry-run")).as(cli::err).isEqualTo(ExitCode.OK);
        assertThat(cli.out())
                .containsPattern("run +trained +scored +time\n")
                .containsPattern("base +0 +[1-9]\\d* +\\d+:\\d\\d\n")
                .containsPattern("lota-90-lr0.001-flip-s0 +[1-9]\\d* +[1-9]\\d* +\\d+:\\d\\d\n")
                .containsPattern("all, in tokens +[1-9]\\d* +[1-9]\\d* +\\d+:\\d\\d\n")
                .contains("0 of 1 stages are done;")
                .containsPattern("tokens per second: scoring \\d+, dense \\d+, sparsity 0.9 \\d+\n");
        assertThat(cli.out())
                .containsPattern(Text.format("Disk: \\Q%s\\E: about [1-9].* free\n", folder.resolve("out")));
        assertThat(folder.resolve("out")).doesNotExist();
    }

    @Test
    void aRunNamesItsFigures() {
        Cli cli = new Cli(Commands.standard());
        assertThat(cli.run("run", recipe.toString())).as(cli::err).isEqualTo(ExitCode.OK);
        Path out = folder.resolve("out");
        assertThat(cli.out())
                .isEqualTo(Text.format("Done: %s. Show it with: lota report %s\n", out.resolve("metrics.jsonl"), out));
        assertThat(out.resolve("metrics.jsonl")).isNotEmptyFile();
        assertThat(out.resolve("run.json")).content().contains("\"finished\" : true");
        Cli again = new Cli(Commands.standard());
        assertThat(again.run("run", recipe.toString(), "--dry-run")).isEqualTo(ExitCode.OK);
        assertThat(again.out()).contains("1 of 1 stages are done;").containsPattern("all, in tokens +0 +0 +0:00\n");
        assertThat(again.out()).contains(out + ": about 0 B, ");
        Cli json = new Cli(Commands.standard());
        assertThat(json.run("run", recipe.toString(), "--dry-run", "--json")).isEqualTo(ExitCode.OK);
        JsonNode plan = JsonMapper.shared().readTree(json.out());
        assertThat(plan.get("dry_run").asBoolean()).isTrue();
        assertThat(plan.get("stages_done").asInt()).isEqualTo(1);
        assertThat(plan.get("trained_tokens").asInt()).isZero();
        assertThat(plan.at("/plan/0/name").asString()).isEqualTo("base");
        Cli done = new Cli(Commands.standard());
        assertThat(done.run("run", recipe.toString(), "--json", "--quiet")).isEqualTo(ExitCode.OK);
        assertThat(done.err()).isEmpty();
        assertThat(JsonMapper.shared().readTree(done.out()).get("metrics").asString())
                .isEqualTo(out.resolve("metrics.jsonl").toString());
    }

    /// As `train` says it, once for a file, however many runs take its rows.
    @ParameterizedTest
    @CsvSource({"true, these tokens", "false, text"})
    void whatIsToBeKnownOfRowsIsSaidOnce(boolean allowSpecial, String readAs) throws IOException {
        Path train = folder.resolve("flip-train.jsonl");
        String rows = Files.readString(train);
        Files.writeString(
                train,
                "{\"prompt\": \"a<|end|>\", \"completion\": \"b\"}\n{\"prompt\": \"" + "c".repeat(400)
                        + "\", \"completion\": \"d\"}\n" + rows);
        Files.writeString(
                recipe,
                Files.readString(recipe)
                                .replace(
                                        "    test-rows: 4",
                                        "    test-rows: 4\n    generate: 1000\n    allow-special: " + allowSpecial)
                        + "  - {method: full, lr: 1e-4}\n");
        Cli cli = new Cli(Commands.standard());
        assertThat(cli.run("run", recipe.toString(), "--dry-run")).as(cli::err).isEqualTo(ExitCode.OK);
        assertThat(cli.err().lines().filter(line -> line.contains(" rows of ")).toList())
                .satisfiesExactly(
                        line -> assertThat(line)
                                .isEqualTo(Text.format(
                                        "lota: 1 of 32 rows of %s hold the text of control tokens, which was read as"
                                                + " %s.",
                                        train, readAs)),
                        line -> assertThat(line)
                                .startsWith(
                                        Text.format("lota: 1 of 32 rows of %s left out: longer than 64 tokens", train)),
                        line -> assertThat(line)
                                .isEqualTo(Text.format(
                                        "lota: 4 of 4 rows of %s have room for fewer than 1000 new tokens: the model's"
                                                + " positions end before.",
                                        folder.resolve("flip-test.jsonl"))));
    }

    @Test
    void valuesAreNotReplaced() {
        Cli cli = new Cli(Commands.standard());
        assertThat(cli.run("run", recipe.toString(), "--set", "training.steps=3"))
                .isEqualTo(ExitCode.FAILED);
        assertThat(cli.err())
                .contains("--set replaces values of recipes with a command; edit the experiment " + recipe);
        assertThat(folder.resolve("out")).doesNotExist();
    }

    @Test
    void aWrongKeyIsToldOfWithItsLine() throws IOException {
        Files.writeString(recipe, Files.readString(recipe).replace("batch: 4", "batches: 4"));
        Cli cli = new Cli(Commands.standard());
        assertThat(cli.run("run", recipe.toString(), "--dry-run")).isEqualTo(1);
        assertThat(cli.err()).contains(recipe + ", line 11: unknown key 'training.batches'; did you mean 'batch'?");
    }

    @Test
    void anEngineThatIsNotThereIsRefusedWithWhatToBuild() {
        Cli cli = new Cli(Commands.standard());
        assertThat(cli.run("run", recipe.toString(), "--on", "spark", "--master", "local[2]"))
                .isEqualTo(ExitCode.FAILED);
        assertThat(cli.err())
                .contains("--on spark: lota4j-spark is not on the class path. Build it (mvn install, then mvn -f spark"
                        + " package)")
                .contains("docs/spark.md");
        assertThat(folder.resolve("out")).doesNotExist();
        assertThat(cli.run("run", recipe.toString(), "--on", "flink")).isEqualTo(ExitCode.FAILED);
        assertThat(cli.err()).contains("--on flink: there is no such engine; expected spark.");
        assertThat(cli.run("run", recipe.toString(), "--master", "local[2]")).isEqualTo(ExitCode.FAILED);
        assertThat(cli.err()).contains("--master says where an engine is; add --on spark");
    }

    @Test
    void commandsRunOnNoEngine() throws IOException {
        Path commands = Files.writeString(folder.resolve("init.yaml"), "command: init\nout: nowhere\n");
        Cli cli = new Cli(Commands.standard());
        assertThat(cli.run("run", commands.toString(), "--on", "spark")).isEqualTo(ExitCode.FAILED);
        assertThat(cli.err()).contains("--on and --master are for experiments; " + commands);
    }
}
