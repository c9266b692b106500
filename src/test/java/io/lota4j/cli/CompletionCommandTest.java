package io.lota4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.lota4j.Processes;
import io.lota4j.cli.Commands.CommandEntry;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/// What shells are told.
class CompletionCommandTest {
    private final Cli cli = new Cli(Commands.standard());

    @TempDir
    private Path folder = Path.of("");

    /// Bash itself is asked, as if the words had been typed and the tab key pressed.
    @ParameterizedTest
    @CsvSource({
        "lota tra, train",
        "lota mask st, stats",
        "lota train --see, --seed",
        "lota train --optimizer ad, adamw",
        "lota completion fi, fish",
        "lota train --schedule c, cosine",
        "lota train --reduction token, token-mean",
        "lota apply --dtype b, bf16",
        "lota train --lr 1, ''",
        "lota calibrate --score=fi, fisher",
        "lota mask random --sc, --scope"
    })
    void bashCompletes(String typed, String completed) throws IOException, InterruptedException {
        assertThat(cli.run("completion", "bash")).isZero();
        Path script = Files.writeString(folder.resolve("lota.bash"), cli.out());
        String asked = "source \"$0\"; COMP_WORDS=(${1//=/ = }); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _lota;"
                + " printf '%s\\n' \"${COMPREPLY[@]}\"";
        ProcessBuilder bash = new ProcessBuilder("bash", "-uc", asked, script.toString(), typed);
        assertThat(Processes.output(bash).lines().map(String::strip)).contains(completed);
    }

    @Test
    void zshGetsTheScriptThatLoadsItsEmulation() {
        assertThat(cli.run("completion", "zsh")).isZero();
        assertThat(cli.out()).contains("bashcompinit");
    }

    @Test
    void fishIsToldEveryCommandAndOption() {
        assertThat(cli.run("completion", "fish")).isZero();
        PrintWriter nowhere = new PrintWriter(Writer.nullWriter());
        for (CommandEntry entry : Commands.standard().all()) {
            assertThat(cli.out()).contains("-n '__fish_use_subcommand' -f -a " + entry.name() + " -d '");
            CommandLine command = CommandLines.of(entry, nowhere, nowhere);
            for (OptionSpec option : command.getCommandSpec().options()) {
                if (option.hidden()) {
                    continue;
                }
                assertThat(cli.out())
                        .containsPattern("'__fish_seen_subcommand_from " + entry.name() + "'.* -l "
                                + option.longestName().substring(2) + " ");
            }
        }
        assertThat(cli.out().lines())
                .allMatch(line -> line.startsWith("#") || line.matches("complete -c lota -n .* -d '.+'"))
                .anyMatch(line -> line.contains("-l optimizer -x -a 'rmsprop adamw sgd'"))
                .anyMatch(line -> line.contains("-l model -r -F"));
    }

    @Test
    void anotherShellIsRefused() {
        assertThat(cli.run("completion", "tcsh")).isEqualTo(ExitCode.USAGE);
        assertThat(cli.err()).contains("tcsh");
    }
}
