package io.lota4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.InvalidPathException;
import org.junit.jupiter.api.Test;

class UnreadableTest {
    @Test
    void anArgumentThatLostLettersIsRefusedBeforeAnythingIsDone() {
        Cli cli = new Cli(Commands.standard());
        assertThat(cli.run("train", "--model", "caf\uFFFD\uFFFD")).isEqualTo(ExitCode.USAGE);
        assertThat(cli.err())
                .startsWith("lota: argument 3, 'caf\uFFFD\uFFFD', holds letters that could not be read.")
                .contains("LC_ALL=C.UTF-8");
    }

    @Test
    void lettersOfAnyOtherKindAreFine() {
        assertThat(Unreadable.of("train", "café", "表", "\uD83D\uDE00")).isEmpty();
    }

    @Test
    void aPathWithoutItsLettersIsToldWithTheRemedy() {
        assertThat(Unreadable.of(
                        new InvalidPathException("café", "Malformed input or input contains unmappable characters")))
                .contains("'café'", "LC_ALL=C.UTF-8");
        assertThat(Unreadable.of(new InvalidPathException("a\0b", "Nul character not allowed")))
                .contains("Nul character")
                .doesNotContain("LC_ALL");
    }
}
