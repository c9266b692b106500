package io.lota4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.lota4j.internal.checkpoint.AtomicFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/// Holds docs/cli.md to the commands.
///
/// `mvn test -Dtest=CliPageTest -Dlota.page=write` writes the page instead.
class CliPageTest {
    private static final Path PAGE = Path.of("docs/cli.md");

    @Test
    void thePageIsThatOfTheCommands() throws IOException {
        if ("write".equals(System.getProperty("lota.page"))) {
            AtomicFile.write(PAGE, CliPage.page());
        }
        assertThat(Files.exists(PAGE) ? Files.readString(PAGE) : "")
                .as("docs/cli.md; to make it anew: mvn test -Dtest=CliPageTest -Dlota.page=write")
                .isEqualTo(CliPage.page());
    }

    @Test
    void everyKeyIsUsedAndExplained() throws IOException {
        StringBuilder sources = new StringBuilder();
        try (var files = Files.list(Path.of("src/main/java/io/lota4j/cli"))) {
            for (Path file : files.filter(file -> !file.endsWith("Key.java")).toList()) {
                sources.append(Files.readString(file));
            }
        }
        for (Key key : Key.values()) {
            assertThat(key.meaning()).isNotBlank();
            assertThat(sources).as("%s", key).containsPattern("Key\\." + key.name() + "\\b");
        }
    }
}
