package io.lota4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.Checkpoint;
import io.lota4j.mask.Mask;
import io.lota4j.mask.MaskFile;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Masks by every score, and masks that keep out of each other.
class CalibrateCommandTest {
    @TempDir
    private Path folder = Path.of("");

    @BeforeEach
    void prepare() throws IOException {
        TinyModel.write(at("base"), 16, 1);
        TinyModel.data(at("rows.jsonl"), 6);
    }

    @ParameterizedTest
    @ValueSource(strings = {"delta", "loss-change", "magnitude", "snip", "wanda", "fisher"})
    void everyScoreMakesAMaskAndAnotherThatAvoidsIt(String score) {
        dry(command(score, "base", "first"));
        assertThat(run(command(score, "base", "first"))).contains("384 of 3,840 weights trainable (sparsity 90.00%)");
        assertThat(dry(command(score, "base", "second", "--avoid", text("first"))))
                .contains("avoids      384 weights of the pool, in 1 mask; 3,456 are left to choose from")
                .contains("384 of 3,840 weights trainable");
        run(command(score, "base", "second", "--avoid", text("first")));
        Mask first = MaskFile.read(at("first"));
        Mask second = MaskFile.read(at("second"));
        assertThat(first.info().origin()).containsEntry("source", "calibrate").containsEntry("score", score);
        assertThat(second.info().origin()).containsEntry("avoided", "first sha256:" + first.sha256());
        assertThat(second.overlap(first).intersection()).isZero();

        run(command(score, "base", "third", "--avoid", text("first"), "--avoid", text("second")));
        assertThat(MaskFile.read(at("third")).overlap(first.or(second)).intersection())
                .isZero();
    }

    /// The plan says what the disk must hold, the mask is the same, and nothing of it stays.
    @ParameterizedTest
    @CsvSource({"delta, 61.4 kB", "loss-change, 76.8 kB", "snip, 15.4 kB", "fisher, 15.4 kB"})
    void whatIsKeptOfEachWeightCanBeInFiles(String score, String needed) {
        run(command(score, "base", "memory"));
        String[] command = command(score, "base", "files", "--state-dir", text("kept"));
        assertThat(dry(command)).contains(Text.format("disk        %s: about %s, ", text("kept"), needed));
        assertThat(at("kept")).doesNotExist();
        run(command);
        assertThat(MaskFile.read(at("files")).tensors())
                .isEqualTo(MaskFile.read(at("memory")).tensors());
        assertThat(at("kept")).isEmptyDirectory();
    }

    /// Groups take another value a weight, which the plan says, and the mask says their size.
    @Test
    void rowsAreTakenInGroups() {
        String[] command = command("fisher", "base", "four", "--group", "4", "--state-dir", text("kept"));
        assertThat(dry(command))
                .contains("fisher: the squared gradient of the mean loss of 4 rows at a time")
                .contains(Text.format("disk        %s: about 30.7 kB, ", text("kept")));
        run(command);
        run(command("fisher", "base", "memory", "--group", "4"));
        run(command("fisher", "base", "one", "--group", "1"));
        Mask four = MaskFile.read(at("four"));
        assertThat(four.info().origin()).containsEntry("group", "4");
        assertThat(four.tensors())
                .isEqualTo(MaskFile.read(at("memory")).tensors())
                .isNotEqualTo(MaskFile.read(at("one")).tensors());
    }

    /// A mask by what movements change of the loss is another than that by the movements, and
    /// says so.
    @Test
    void movementsAreWeighedByTheGradient() {
        run(command("delta", "base", "moved"));
        run(command("loss-change", "base", "changed"));
        Mask changed = MaskFile.read(at("changed"));
        assertThat(changed.info().origin()).containsEntry("score", "loss-change");
        assertThat(changed.tensors()).isNotEqualTo(MaskFile.read(at("moved")).tensors());
    }

    @Test
    void aSumOverAllStepsDoesNotEndWithTheBestOne() {
        String[] command = command("loss-change", "base", "out", "--eval-data", text("rows.jsonl"));
        assertThat(failure(1, command))
                .isEqualTo("lota: --score loss-change is summed up over all steps, so the calibration cannot end with"
                        + " the weights of its best step. Keep those of the last step: --keep last.");
        assertThat(at("out")).doesNotExist();
    }

    /// What others have in the directory stays, and two runs do not meet there.
    @Test
    void theDirectoryForFilesNeedNotBeEmpty() throws IOException {
        Files.createDirectory(at("kept"));
        Files.writeString(at("kept/other"), "mine");
        run(command("delta", "base", "out", "--state-dir", text("kept")));
        assertThat(at("kept").toFile().list()).containsExactly("other");
        assertThat(at("kept/other")).hasContent("mine");
    }

    @Test
    void filesGoWhereNothingIsHarmed() {
        String file = text("rows.jsonl");
        assertThat(failure(1, command("delta", "base", "out", "--state-dir", file)))
                .isEqualTo(Text.format(
                        "lota: --state-dir (%s) is what --data reads (%s). Give another path to write to.",
                        file, file));
        assertThat(failure(1, command("delta", "base", "out", "--state-dir", text("base/new"))))
                .startsWith(Text.format(
                        "lota: --state-dir (%s) is in a directory that --model reads, where nothing is written",
                        text("base/new")));
        assertThat(failure(1, command("delta", "base", "out", "--state-dir", text("base"))))
                .startsWith(Text.format("lota: --state-dir (%s) is what --model reads", text("base")));
        assertThat(at("out")).doesNotExist();
    }

    /// LoTTO: each task begins where the one before ended.
    @Test
    void theSecondTasksTrainingLeavesTheFirstTasksWeightsAsTheyAre() {
        run(command("delta", "base", "first"));
        run(train("base", "first", "1.ticket"));
        run(apply("base", "1.ticket", "one"));
        run(command("delta", "one", "second", "--avoid", text("first")));
        run(train("one", "second", "2.ticket"));
        run(apply("one", "2.ticket", "two"));
        try (Checkpoint one = Checkpoint.open(at("one"));
                Checkpoint two = Checkpoint.open(at("two"))) {
            MaskFile.read(at("first")).tensors().forEach((name, tensor) -> {
                int[] before = bits(one, name);
                int[] after = bits(two, name);
                tensor.trainable().forEach((int i) -> assertThat(after[i]).isEqualTo(before[i]));
            });
            assertThat(two.fingerprint()).isNotEqualTo(one.fingerprint());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "snip, --lr, 1e-3, 'cannot be used with --score snip: it does not train.'",
        "wanda, --steps, 3, 'cannot be used with --score wanda: it does not train.'",
        "fisher, --kernel, java, 'cannot be used with --score fisher: it does not train.'",
        "snip, --metrics, m, 'cannot be used with --score snip: it does not train.'",
        "fisher, --delta-out, d, 'cannot be used with --score fisher: it does not train.'",
        "magnitude, --state-dir, d, 'cannot be used with --score magnitude: it keeps nothing for each weight.'",
        "wanda, --state-dir, d, 'cannot be used with --score wanda: it keeps nothing for each weight.'",
        "magnitude, --seed, 3, 'cannot be used with --score magnitude: it does not train.'",
        "snip, --group, 4, 'cannot be used with --score snip: it does not take rows in groups.'",
        "magnitude, --data, d, 'cannot be used with --score magnitude: it takes no data.'"
    })
    void optionsWithoutAPartAreRefused(String score, String option, String value, String expected) {
        Cli cli = new Cli(Commands.standard());
        assertThat(cli.run(command(score, "base", "out", option, value))).isEqualTo(2);
        assertThat(cli.err()).startsWith(Text.format("lota: %s %s", option, expected));
        assertThat(at("out")).doesNotExist();
    }

    @Test
    void optionsThatAScoreNeedsAreAskedFor() throws IOException {
        assertThat(failure(2, bare("delta", "--data", text("rows.jsonl"))))
                .startsWith("lota: missing required options: '--lr=X', '--steps=N' or '--epochs=E'\n");
        assertThat(failure(2, bare("delta", "--lr", "1")))
                .startsWith("lota: missing required options: '--data=F[:WEIGHT]', '--steps=N' or '--epochs=E'\n");
        assertThat(failure(2, bare("snip"))).startsWith("lota: missing required option: '--data=F[:WEIGHT]'");
        assertThat(failure(2, bare("snipp"))).startsWith("lota: invalid value for option '--score'");
        assertThat(failure(2, "eval", "--model", text("base")))
                .startsWith("lota: missing required option: '--data=F[:WEIGHT]'");
        Path recipe = Files.writeString(
                at("r.yaml"), "command: calibrate\nmodel: m\nsparsity: 0.9\nscore: snip\nlr: 1\nout: o\n");
        assertThat(failure(1, "run", recipe.toString()))
                .contains("(calibrate): --lr cannot be used with --score snip: it does not train.");
    }

    @Test
    void tooFewWeightsLeftAreToldBeforeAnythingIsDone() {
        run(command("magnitude", "base", "first"));
        for (String score : List.of("delta", "snip", "magnitude")) {
            String[] command = command(score, "base", "out", "--avoid", text("first"), "--sparsity", "0.05");
            String expected =
                    "lota: A sparsity of 0.05 makes 3648 of the 3840 weights of the pool trainable, but the avoided"
                            + " masks leave only 3456 of them. Ask for a sparsity of at least 0.1.";
            assertThat(failure(1, command)).isEqualTo(expected);
            assertThat(failure(1, dried(command))).isEqualTo(expected);
        }
    }

    @Test
    void masksThatCannotBeAvoided() {
        assertThat(failure(1, command("magnitude", "base", "out", "--avoid", text("none"))))
                .contains(text("none"));
        assertThat(failure(1, command("magnitude", "base", "out", "--avoid", text("rows.jsonl"))))
                .startsWith("lota: " + text("rows.jsonl"));
        run(command("magnitude", "base", "mlp", "--pool", "mlp"));
        assertThat(failure(1, command("magnitude", "base", "out", "--avoid", text("mlp"), "--pool", "attn")))
                .startsWith("lota: mlp has no tensor in common with the pool 'attn");
    }

    /// The same masks under the other name, and what is for it alone.
    @Test
    void chooseFindsTheSameMasks() {
        run(command("fisher", "base", "a"));
        String[] choose = command("fisher", "base", "b");
        List<String> words = new ArrayList<>(List.of("mask", "choose", "--by"));
        words.addAll(List.of(choose).subList(2, choose.length));
        run(words.toArray(String[]::new));
        assertThat(MaskFile.read(at("b")).sha256())
                .isEqualTo(MaskFile.read(at("a")).sha256());
        Cli cli = new Cli(Commands.standard());
        assertThat(cli.run(command("snip", "base", "c"))).isZero();
        assertThat(cli.err()).contains("lota mask choose --by snip is the same");
        run(
                "mask",
                "choose",
                "--by",
                "random",
                "--model",
                text("base"),
                "--sparsity",
                "0.9",
                "--seed",
                "4",
                "--out",
                text("d"));
        run("mask", "random", "--model", text("base"), "--sparsity", "0.9", "--seed", "4", "--out", text("e"));
        assertThat(MaskFile.read(at("d")).sha256())
                .isEqualTo(MaskFile.read(at("e")).sha256());
    }

    @Test
    void whatIsHighestForOtherRowsIsLeftOut() throws IOException {
        Files.writeString(at("other.jsonl"), "{\"question\": \"b?\", \"answer\": \"no\"}\n");
        run(command("snip", "base", "a"));
        run(command("snip", "base", "b", "--except", text("other.jsonl"), "--except-top", "0.2"));
        run(command("snip", "base", "top", "--data", text("other.jsonl"), "--sparsity", "0.8"));
        Mask left = MaskFile.read(at("b"));
        assertThat(left.sha256())
                .isEqualTo(
                        MaskFile.read(at("a")).minus(MaskFile.read(at("top"))).sha256());
        assertThat(left.info().origin()).containsEntry("except_sparsity", "0.8").containsEntry("except_rows", "1");
        assertThat(failure(2, command("magnitude", "base", "out", "--except", text("other.jsonl"))))
                .contains("--except cannot be used with --score magnitude: it goes through no rows.");
        assertThat(failure(2, command("snip", "base", "out", "--except-top", "0.1")))
                .contains("--except-top cannot be used with a choice without --except.");
    }

    private String[] command(String score, String model, String out, String... more) {
        List<String> command = new ArrayList<>(List.of("calibrate", "--score", score, "--model", text(model)));
        command.addAll(List.of("--out", text(out)));
        boolean sparsity = List.of(more).contains("--sparsity");
        command.addAll(sparsity ? List.of() : List.of("--sparsity", "0.9"));
        if (!score.equals("magnitude") && !List.of(more).contains("--data")) {
            command.addAll(data());
        } else if (!score.equals("magnitude")) {
            command.addAll(data().subList(2, data().size()));
        }
        if (score.equals("delta") || score.equals("loss-change")) {
            command.addAll(List.of("--steps", "2", "--lr", "1e-3", "--batch", "3"));
        }
        command.addAll(List.of(more));
        return command.toArray(String[]::new);
    }

    private List<String> data() {
        return List.of("--data", text("rows.jsonl"), "--prompt", "{question}", "--completion", "{answer}");
    }

    private String[] bare(String score, String... more) {
        List<String> command = new ArrayList<>(List.of("calibrate", "--score", score, "--model", text("base")));
        command.addAll(List.of("--sparsity", "0.9", "--out", text("out")));
        command.addAll(List.of(more));
        return command.toArray(String[]::new);
    }

    private String[] train(String model, String mask, String out) {
        List<String> command = new ArrayList<>(List.of("train", "--model", text(model), "--mask", text(mask)));
        command.addAll(data());
        command.addAll(List.of("--steps", "3", "--lr", "1e-2", "--weight-decay", "0.1", "--out", text(out)));
        return command.toArray(String[]::new);
    }

    private String[] apply(String model, String ticket, String out) {
        return new String[] {"apply", "--model", text(model), "--ticket", text(ticket), "--out", text(out)};
    }

    private static int[] bits(Checkpoint checkpoint, String name) {
        MemorySegment values = MemorySegment.ofArray(
                new float[Math.toIntExact(checkpoint.info(name).shape().numel())]);
        checkpoint.read(name, values);
        return values.toArray(ValueLayout.JAVA_INT_UNALIGNED);
    }

    private static String[] dried(String... command) {
        List<String> dry = new ArrayList<>(List.of(command));
        dry.add(1, "--dry-run");
        return dry.toArray(String[]::new);
    }

    private String dry(String... command) {
        String plan = run(dried(command));
        assertThat(plan).startsWith("dry run: nothing is trained or written\n");
        assertThat(at(command[6])).doesNotExist();
        return plan;
    }

    private String run(String... args) {
        Cli cli = new Cli(Commands.standard());
        assertThat(cli.run(args)).as(cli::err).isZero();
        return cli.out();
    }

    private String failure(int code, String... args) {
        Cli cli = new Cli(Commands.standard());
        assertThat(cli.run(args)).as(cli::err).isEqualTo(code);
        assertThat(cli.out()).isEmpty();
        return cli.err().substring(cli.err().indexOf("lota: ")).strip();
    }

    private String text(String name) {
        return at(name).toString();
    }

    private Path at(String name) {
        return folder.resolve(name);
    }
}
