package io.lota4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoDataCommandTest {
    private final Cli cli = new Cli(Commands.standard());

    @TempDir
    private Path folder = Path.of("");

    @Test
    void writesWhatItLists() {
        assertThat(cli.run("demo", "data", "--out", folder.toString(), "--rows", "100"))
                .as(cli::err)
                .isZero();
        assertThat(cli.out().lines().map(Path::of))
                .hasSize(18)
                .allSatisfy(path -> assertThat(path).exists());
        assertThat(folder.resolve("model")).isDirectoryContaining("glob:**/config.json");
        assertThat(folder.resolve("base")).isDirectoryContaining("glob:**/model.safetensors");
    }

    @Test
    void aDryRunWritesNothing() {
        Path target = folder.resolve("new");
        assertThat(cli.run("demo", "data", "--out", target.toString(), "--dry-run"))
                .isZero();
        assertThat(cli.out().lines())
                .containsExactly(
                        "dry run: nothing is trained or written",
                        "data        179,200 rows and the tasks' files to " + target);
        assertThat(target).doesNotExist();
    }

    @Test
    void rowsAreChecked() {
        assertThat(cli.run("demo", "data", "--out", folder.toString(), "--rows", "0"))
                .isEqualTo(2);
        assertThat(cli.err())
                .startsWith(
                        "lota: invalid value for option '--rows': expected a whole number of at least 1, found '0'");
    }
}
