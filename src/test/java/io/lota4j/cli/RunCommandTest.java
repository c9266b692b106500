package io.lota4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.lota4j.internal.Text;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RunCommandTest {
    private final Cli cli = new Cli(ToyCommand.commands());

    @TempDir
    private Path folder = Path.of("");

    private String recipe(String yaml) throws IOException {
        return Files.writeString(folder.resolve("r.yaml"), yaml).toString();
    }

    @Test
    void keysAreFlags() throws IOException {
        String file = recipe("""
            command: toy
            model: -m              # a value may start with a dash
            steps: 5
            lr: 1e-4
            optimizer: adamw
            max-length: 64
            ticket: [a b, c=d]
            quiet: true
            shuffle: false
            positional: ["--x", "{y}"]
            """);
        assertThat(cli.run("run", file)).as(cli::err).isZero();
        assertThat(cli.out().strip())
                .isEqualTo(
                        "model=-m steps=5 lr=1.0E-4 ADAMW tickets=[a b, c=d] max=64 quiet=true shuffle=false dry=false"
                                + " words=[--x, {y}]");
    }

    @Test
    void theDefaultsOfSwitchesCanBeWrittenOut() throws IOException {
        assertThat(cli.run("run", recipe("{command: toy, model: m, quiet: false, shuffle: true}")))
                .as(cli::err)
                .isZero();
        assertThat(cli.out()).contains("quiet=false shuffle=true");
    }

    @Test
    void nestedCommandsHaveASpace() throws IOException {
        assertThat(cli.run("run", recipe("{command: toys and, positional: [a, b]}")))
                .as(cli::err)
                .isZero();
        assertThat(cli.out().strip()).isEqualTo("and [a, b]");
    }

    @Test
    void stepsRunInOrderAndStopAtAFailure() throws IOException {
        String file = recipe("""
            steps:
              - {command: toy, model: a}
              - {command: toy, model: b, fail: user}
              - {command: toy, model: c}
            """);
        assertThat(cli.run("run", file)).isEqualTo(1);
        assertThat(cli.out().lines()).hasSize(1).first().asString().startsWith("model=a");
        assertThat(cli.err().lines())
                .containsExactly(
                        "lota: step 1 of 3: lota toy --model=a",
                        "lota: step 2 of 3: lota toy --model=b --fail=user",
                        "lota: mend it");
    }

    @Test
    void everyStepIsCheckedBeforeTheFirstRuns() throws IOException {
        String file = recipe("""
            steps:
              - {command: toy, model: a}
              - {command: toy, model: b, steps: ten}
            """);
        assertThat(cli.run("run", file)).isEqualTo(1);
        assertThat(cli.out()).isEmpty();
        assertThat(cli.err().strip())
                .isEqualTo("lota: %s, step 2 (toy): invalid value for option '--steps': 'ten' is not an int", file);
    }

    @Test
    void settingsReplaceValues() throws IOException {
        String file = recipe("""
            steps:
              - {command: toy, model: a, steps: 5}
              - {command: toy, model: b, steps: 6}
            """);
        assertThat(cli.run(
                        "run",
                        file,
                        "--set",
                        "steps=7",
                        "--set",
                        "2.model=c",
                        "--set",
                        "1.ticket=x",
                        "--set",
                        "1.ticket=y"))
                .as(cli::err)
                .isZero();
        assertThat(cli.out()
                        .lines()
                        .map(l -> l.replaceAll(" lr.*tickets", " tickets").replaceAll(" max.*", "")))
                .containsExactly("model=a steps=7 tickets=[x, y]", "model=c steps=7 tickets=[]");
    }

    @Test
    void aSettingThatFitsNothingIsAnError() throws IOException {
        String file = recipe("steps: [{command: toy, model: a}, {command: toy, model: b}]");
        assertThat(cli.run("run", file, "--set", "lr=1")).isEqualTo(1);
        assertThat(cli.run("run", file, "--set", "3.lr=1")).isEqualTo(1);
        assertThat(cli.run("run", file, "--set", "1.lrr=1")).isEqualTo(1);
        assertThat(cli.run("run", file, "--set", "lr")).isEqualTo(1);
        assertThat(cli.err().lines())
                .containsExactly(
                        Text.format(
                                "lota: --set lr: no step of %s has this key; name the step, as in --set 1.lr=...",
                                file),
                        Text.format("lota: --set 3.lr: %s has 2 steps", file),
                        "lota: --set: unknown key 'lrr' of command 'toy'; did you mean 'lr'?",
                        "lota: --set 'lr': expected KEY=VALUE");
    }

    @Test
    void aDryRunTriesWhatItCan() throws IOException {
        String file = recipe("""
            steps:
              - {command: toy, model: a, out: a.mask}
              - {command: toy, model: a.mask}
              - {command: toys and, positional: [b c]}
            """);
        assertThat(cli.run("run", file, "--dry-run")).as(cli::err).isZero();
        assertThat(cli.out().lines().toList()).hasSize(3).satisfies(lines -> {
            assertThat(lines.get(0)).startsWith("model=a ").contains("dry=true");
            assertThat(lines.get(1)).isEqualTo("lota toy --model=a.mask: needs a.mask, which an earlier step writes");
            assertThat(lines.get(2)).isEqualTo("lota toys and -- 'b c': would run");
        });
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "command: toy¶model: m¶stesp: 3 | , line 3: unknown key 'stesp' of command 'toy'; did you mean"
                        + " 'steps'?",
                "command: toy¶max_length: 3 | , line 2: unknown key 'max_length' of command 'toy'; did you mean"
                        + " 'max-length'?",
                "command: toy¶maxLength: 3 | , line 2: unknown key 'maxLength' of command 'toy'; did you mean"
                        + " 'max-length'?",
                "command: toy¶--steps: 3 | , line 2: unknown key '--steps' of command 'toy'; did you mean 'steps'?",
                "command: toys and¶frobnicate: 3 | , line 2: unknown key 'frobnicate' of command 'toys and'; expected"
                        + " one of debug, positional",
                "command: toy¶help: true | , line 2: unknown key 'help' of command 'toy'; expected one of debug,"
                        + " dry-run, fail, lr, max-length, model, no-shuffle, optimizer, out, quiet, shuffle, steps,"
                        + " ticket, positional",
                "command: toi | , line 1: no recipe can run the command 'toi'; did you mean 'toy'?",
                "command: toys nad | , line 1: no recipe can run the command 'toys nad'; did you mean 'and'?",
                "command: run | , line 1: no recipe can run the command 'run'",
                "model: m | , line 1: key 'command' is missing (what to run, such as 'command: train')",
                "command: [a] | , line 1: 'command' must be a command's name, found a list",
                "steps: [a]¶model: m | , line 2: a recipe with 'steps' has no other keys, found 'model'",
                "steps: 3 | , line 1: key 'command' is missing (what to run, such as 'command: train')",
                "command: toys | , line 1: 'toys' is a group of commands; expected one of and",
                "steps: []| , line 1: 'steps' is empty",
                "steps: [a]| , line 1: step 1 must be a mapping of 'command' and its flags, found 'a'",
                "- a | : expected 'command:' and its flags, or 'steps:'",
                "command: toy¶model: a¶model: b | , line 3: key 'model' is there twice, first on line 2",
                "command: toy¶lr: [1, 2] | , line 2: 'lr' takes one value, found a list",
                "command: toy¶lr: | , line 2: 'lr' has no value",
                "command: toy¶model: {question} | , line 2: 'model' takes a value, found a mapping (a text that starts"
                        + " with { must be in quotes)",
                "command: toy¶ticket: [a, [b]] | , line 2: the elements of 'ticket' must be texts or numbers, found a"
                        + " list",
                "command: toy¶quiet: 1 | , line 2: 'quiet' is a switch: expected true or false, found '1'",
                "command: toy | , (toy): missing required option: '--model=<model>'",
                "command: &a [*a] | , line 1: an alias (*a) stands inside its own anchor",
                "command: toy¶---¶command: toy | , line 3: holds a second document; expected one",
                "command: 'toy | , line 1: not YAML: while scanning a quoted scalar",
            })
    void aBadRecipeSaysWhere(String yaml, String message) throws IOException {
        String file = recipe(yaml.replace("¶", "\n"));
        assertThat(cli.run("run", file)).isEqualTo(1);
        assertThat(cli.err().strip()).startsWith("lota: " + file).contains(message.replaceFirst("^, \\(", " ("));
        assertThat(cli.out()).isEmpty();
    }

    @Test
    void missingAndEmptyFilesSaySo() throws IOException {
        String file = recipe("# nothing\n");
        assertThat(cli.run("run", file)).isEqualTo(1);
        assertThat(cli.run("run", "no/such.yaml")).isEqualTo(1);
        assertThat(cli.err().lines())
                .containsExactly(
                        Text.format("lota: %s: is empty", file),
                        "lota: no/such.yaml: cannot be read: there is no such file");
    }
}
