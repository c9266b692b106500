package io.lota4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.Checkpoint;
import io.lota4j.mask.Mask;
import io.lota4j.mask.MaskFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/// What commands say to input that cannot work, and that they write nothing then.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BadInputTest {
    private static final String DOWN = "model.layers.0.mlp.down_proj.weight";

    @TempDir
    private static Path folder = Path.of("");

    private Path base = Path.of("");
    private Path other = Path.of("");
    private Path data = Path.of("");
    private Path mask = Path.of("");
    private Path ticket = Path.of("");

    @BeforeAll
    void prepare() throws IOException {
        base = TinyModel.write(at("base"), 16, 1);
        other = TinyModel.write(at("other"), 16, 2);
        data = TinyModel.data(at("rows.jsonl"), 4);
        mask = at("m");
        ticket = at("t");
        assertThat(new Cli(Commands.standard())
                        .run(
                                "mask",
                                "random",
                                "--model",
                                base.toString(),
                                "--sparsity",
                                "0.9",
                                "--out",
                                mask.toString()))
                .isZero();
        assertThat(new Cli(Commands.standard()).run(train("--mask", mask.toString(), "--steps", "1")))
                .isZero();
        Files.move(at("out"), ticket);
    }

    @Test
    void missingModelDirectories() {
        Path none = at("none");
        String expected = none + ": no such directory";
        String[][] commands = {
            calibrate("--model", none.toString()),
            train("--dense", "--steps", "1", "--model", none.toString()),
            {"eval", "--model", none.toString(), "--data", data.toString()},
            {
                "apply",
                "--model",
                none.toString(),
                "--ticket",
                ticket.toString(),
                "--out",
                at("out").toString()
            },
            {
                "revert",
                "--model",
                none.toString(),
                "--ticket",
                ticket.toString(),
                "--out",
                at("out").toString()
            },
            {
                "extract",
                "--base",
                none.toString(),
                "--tuned",
                base.toString(),
                "--out",
                at("out").toString()
            },
            {
                "extract",
                "--base",
                base.toString(),
                "--tuned",
                none.toString(),
                "--out",
                at("out").toString()
            },
            {
                "mask",
                "random",
                "--model",
                none.toString(),
                "--sparsity",
                "0.5",
                "--out",
                at("out").toString()
            },
            {"generate", "--model", none.toString(), "hello"},
        };
        for (String[] command : commands) {
            assertThat(failure(1, command)).startsWith("lota: " + expected);
        }
    }

    @Test
    void sparsitiesAreFractions() {
        String message = "lota: invalid value for option '--sparsity': expected a fraction from 0 to 1, found '90';"
                + " did you mean 0.9?\n";
        assertThat(failure(2, calibrate("--sparsity", "90"))).startsWith(message);
        assertThat(failure(
                        2,
                        "mask",
                        "random",
                        "--model",
                        base.toString(),
                        "--sparsity",
                        "90",
                        "--out",
                        at("out").toString()))
                .startsWith(message);
        assertThat(failure(
                        2,
                        "extract",
                        "--base",
                        base.toString(),
                        "--tuned",
                        other.toString(),
                        "--sparsity",
                        "90",
                        "--out",
                        at("out").toString()))
                .startsWith(message);
        assertThat(failure(2, calibrate("--sparsity", "-0.1")))
                .startsWith(
                        "lota: invalid value for option '--sparsity': expected a fraction from 0 to 1, found '-0.1'\n");
    }

    @Test
    void dataThatIsNotThere() throws IOException {
        Path empty = Files.writeString(at("empty.jsonl"), "\n");
        assertThat(failure(1, calibrate("--data", empty.toString())))
                .isEqualTo(Text.format(
                        "lota: %s holds no rows; expected JSONL (one JSON object a line, in UTF-8).", empty));
        assertThat(failure(1, calibrate("--data", at("none.jsonl").toString())))
                .isEqualTo(
                        Text.format("lota: The data file %s cannot be read: there is no such file.", at("none.jsonl")));
        Path broken = Files.writeString(at("broken.jsonl"), "{\"question\": \"a\", \"answer\": \"b\"}\n{\"a\"\n");
        assertThat(failure(1, calibrate("--data", broken.toString())))
                .startsWith(Text.format("lota: %s, line 2: not valid JSON: ", broken));
    }

    @Test
    void columnsThatAreNotThere() {
        assertThat(failure(1, calibrate("--prompt", "{qestion}")))
                .isEqualTo(Text.format(
                        "lota: %s, line 1: The template '{qestion}' names the column 'qestion', which the row does"
                                + " not have (did you mean 'question'?). Its columns: question, answer.",
                        data));
        assertThat(failure(1, "eval", "--model", base.toString(), "--data", data.toString()))
                .isEqualTo(Text.format(
                        "lota: %s, line 1: Expected the column 'messages' or 'conversations', or 'prompt' and"
                                + " 'completion', or 'instruction' and 'output', or 'chosen' and 'rejected', found"
                                + " question, answer. Name the columns with a prompt and a completion template, such as"
                                + " '{question}' and '{answer}'.",
                        data));
    }

    @Test
    void examplesLongerThanTheContext() throws IOException {
        String row = "{\"question\": \"%s\", \"answer\": \"b\"}\n";
        Path some = Files.writeString(at("some.jsonl"), Text.format(row, "a") + Text.format(row, "a b c ".repeat(60)));
        Cli cli = new Cli(Commands.standard());
        assertThat(cli.run(
                        "eval",
                        "--model",
                        base.toString(),
                        "--data",
                        some.toString(),
                        "--prompt",
                        "{question}",
                        "--completion",
                        "{answer}"))
                .as(cli::err)
                .isZero();
        assertThat(cli.err())
                .containsPattern("lota: 1 of 2 rows of \\S+some.jsonl left out: longer than 96 tokens"
                        + " \\(the longest has \\d+\\)\\.");
        assertThat(cli.out()).contains("(1 examples, ");

        Path all = Files.writeString(at("all.jsonl"), Text.format(row, "a b c ".repeat(60)));
        assertThat(failure(1, calibrate("--data", all.toString())))
                .matches("lota: None of the 1 rows of \\S+all.jsonl fits in 96 tokens; the shortest needs \\d+\\.");
        assertThat(failure(1, calibrate("--max-length", "4")))
                .matches("lota: None of the 4 rows of \\S+ fits in 4 tokens; the shortest needs \\d+\\.");
    }

    @Test
    void masksAndTicketsOfAnotherBase() {
        String found =
                Text.format("for the base with fingerprint %s, but %s has %s.", print(base), other, print(other));
        assertThat(failure(1, train("--model", other.toString(), "--mask", mask.toString(), "--steps", "1")))
                .isEqualTo("lota: The mask is " + found);
        assertThat(failure(
                        1,
                        "apply",
                        "--model",
                        other.toString(),
                        "--ticket",
                        ticket.toString(),
                        "--out",
                        at("out").toString()))
                .startsWith("lota: The ticket is " + found);
        assertThat(failure(
                        1,
                        "eval",
                        "--model",
                        other.toString(),
                        "--ticket",
                        ticket.toString(),
                        "--data",
                        data.toString(),
                        "--prompt",
                        "{question}",
                        "--completion",
                        "{answer}"))
                .startsWith("lota: The ticket is " + found);
        assertThat(failure(1, "generate", "--model", other.toString(), "--ticket", ticket.toString(), "hello"))
                .startsWith("lota: The ticket is " + found);
    }

    @Test
    void aMaskOfAnotherShape() {
        Path wrong = at("wrong");
        MaskFile.write(wrong, Mask.full(print(base), "mlp", Map.of(DOWN, Shape.of(24, 16))));
        assertThat(failure(1, train("--mask", wrong.toString(), "--steps", "1")))
                .isEqualTo(Text.format(
                        "lota: Tensor '%s' has shape [16, 24] in %s, but the mask is for shape [24, 16].", DOWN, base));
    }

    @Test
    void filesOfAnotherKind() {
        assertThat(failure(1, "mask", "stats", ticket.toString())).startsWith("lota: " + ticket);
        assertThat(failure(1, "ticket", "info", mask.toString())).startsWith("lota: " + mask);
        assertThat(failure(1, "mask", "stats", data.toString())).startsWith("lota: " + data);
        assertThat(failure(1, "ticket", "info", at("none").toString()))
                .contains(at("none").toString());
    }

    @Test
    void mistypedOptions() {
        assertThat(failure(2, train("--stesp", "3")))
                .isEqualTo("lota: unknown option '--stesp'; did you mean '--steps'?\nTry 'lota train --help'.");
        assertThat(failure(2, "mask", "radnom")).startsWith("lota: unknown command 'radnom'; did you mean 'random'?");
        assertThat(failure(2, calibrate("--scope", "matrix"))).startsWith("lota: invalid value for option '--scope'");
        assertThat(failure(2, train("--dense", "--steps", "1", "--clip", "hard")))
                .startsWith(
                        "lota: invalid value for option '--clip': expected none, global, even or proportional but was"
                                + " 'hard'");
    }

    @Test
    void mistypedRecipeKeys() throws IOException {
        Path recipe = Files.writeString(at("r.yaml"), "command: train\nmodel: m\nwarmup_step: 3\n");
        assertThat(failure(1, "run", recipe.toString()))
                .isEqualTo(Text.format(
                        "lota: %s, line 3: unknown key 'warmup_step' of command 'train'; did you mean 'warmup-steps'?",
                        recipe));
    }

    @Test
    void optionsThatContradictEachOther() {
        assertThat(failure(2, train("--steps", "1")))
                .startsWith("lota: missing required option: '--mask=M' or '--dense'\n");
        assertThat(failure(2, train("--steps", "1", "--dense", "--mask", mask.toString())))
                .startsWith("lota: expected only one of --mask and --dense, found both.\n");
        assertThat(failure(2, train("--dense", "--steps", "1", "--epochs", "2")))
                .startsWith("lota: expected only one of --steps and --epochs, found both.\n");
        assertThat(failure(2, train("--dense")))
                .startsWith("lota: missing required option: '--steps=N' or '--epochs=E'\n");
        assertThat(failure(1, "eval", "--model", base.toString(), "--data", data.toString(), "--answer", "x"))
                .isEqualTo("lota: --answer needs --generate: without it there are no answers to look at.");
        assertThat(failure(
                        1,
                        "eval",
                        "--model",
                        base.toString(),
                        "--data",
                        data.toString(),
                        "--generate",
                        "2",
                        "--answer",
                        "("))
                .startsWith("lota: --answer is not a regular expression: Unclosed group");
    }

    @Test
    void numbersOutOfRange() {
        assertThat(failure(1, train("--dense", "--steps", "1", "--value-type", "F16")))
                .isEqualTo("lota: --value-type must be F32 or BF16, found F16.");
        assertThat(failure(1, "generate", "--model", base.toString(), "a b c ".repeat(60)))
                .matches("lota: The message takes \\d+ tokens and the model has 96 positions, which leaves no room for"
                        + " an answer; shorten the message\\.");
    }

    @Test
    void outputsThatCannotBeWritten() {
        Path lost = at("no/such/out");
        String message = Text.format("lota: %s: cannot be written: there is no folder %s.", lost, lost.getParent());
        assertThat(failure(1, calibrate("--out", lost.toString()))).isEqualTo(message);
        assertThat(failure(1, calibrate("--delta-out", lost.toString()))).isEqualTo(message);
        assertThat(failure(1, train("--dense", "--steps", "1", "--out", lost.toString())))
                .isEqualTo(message);
        assertThat(failure(
                        1, "eval", "--model", base.toString(), "--data", data.toString(), "--scores", lost.toString()))
                .isEqualTo(message);
        assertThat(failure(1, "mask", "invert", mask.toString(), "--out", lost.toString()))
                .isEqualTo(message);
        assertThat(failure(1, calibrate("--out", folder.toString())))
                .isEqualTo(Text.format("lota: %s: is a folder; expected the name of a file to write.", folder));
        assertThat(failure(
                        1,
                        "apply",
                        "--model",
                        base.toString(),
                        "--ticket",
                        ticket.toString(),
                        "--out",
                        other.toString()))
                .contains(other.toString(), "not");
    }

    @Test
    void statesThatWereLeftBehind() throws IOException {
        Path state = Files.writeString(at("out.state"), "no state");
        assertThat(failure(1, train("--dense", "--steps", "1")))
                .isEqualTo(Text.format(
                        "lota: %s: a stopped run left its state. Resume it, or remove the file to" + " start again.",
                        state));
        assertThat(failure(1, train("--dense", "--steps", "1", "--resume"))).startsWith("lota: " + state + ": ");
        Files.delete(state);
        assertThat(failure(1, train("--dense", "--steps", "1", "--resume")))
                .isEqualTo(Text.format(
                        "lota: Nothing to resume: there is no run state at %s; start a new run instead.", state));
    }

    /// A mask cannot be larger than what moved.
    @Test
    void tooFewDeltas() {
        assertThat(failure(1, calibrate("--sparsity", "0.1", "--lr", "1e-30")))
                .isEqualTo("lota: A sparsity of 0.1 makes 3456 of the 3840 weights of the pool trainable, but only 0 of"
                        + " their deltas are not zero. Use more steps or a higher learning rate.");
    }

    private String[] calibrate(String... more) {
        return with(
                List.of(
                        "calibrate",
                        "--model",
                        base.toString(),
                        "--data",
                        data.toString(),
                        "--prompt",
                        "{question}",
                        "--completion",
                        "{answer}",
                        "--steps",
                        "1",
                        "--lr",
                        "1e-3",
                        "--batch",
                        "2",
                        "--sparsity",
                        "0.9",
                        "--out",
                        at("out").toString()),
                more);
    }

    private String[] train(String... more) {
        return with(
                List.of(
                        "train",
                        "--model",
                        base.toString(),
                        "--data",
                        data.toString(),
                        "--prompt",
                        "{question}",
                        "--completion",
                        "{answer}",
                        "--lr",
                        "1e-3",
                        "--batch",
                        "2",
                        "--out",
                        at("out").toString()),
                more);
    }

    /// A command line with some options set otherwise.
    private static String[] with(List<String> command, String... more) {
        List<String> all = new ArrayList<>(command);
        for (int i = 0; i < more.length; i++) {
            int at = all.indexOf(more[i]);
            if (more[i].startsWith("--") && at >= 0) {
                all.set(at + 1, more[++i]);
            } else {
                all.add(more[i]);
            }
        }
        return all.toArray(String[]::new);
    }

    /// Runs a command that must fail and leave nothing.
    private String failure(int code, String... args) {
        Cli cli = new Cli(Commands.standard());
        assertThat(cli.run(args))
                .as(() -> String.join(" ", args) + "\n" + cli.err())
                .isEqualTo(code);
        assertThat(cli.out()).isEmpty();
        assertThat(at("out")).doesNotExist();
        // A run that fails on the way has a progress line before.
        return cli.err().substring(cli.err().indexOf("lota: ")).strip();
    }

    private static String print(Path model) {
        try (Checkpoint checkpoint = Checkpoint.open(model)) {
            return checkpoint.fingerprint().hex();
        }
    }

    private static Path at(String name) {
        return folder.resolve(name);
    }
}
