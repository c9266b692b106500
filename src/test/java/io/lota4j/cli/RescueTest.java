package io.lota4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lota4j.LotaException;
import io.lota4j.Text;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RescueTest {
    @TempDir
    private Path folder;

    @Test
    void whatCannotBeWrittenIsKeptElsewhere() throws IOException {
        Path full = Files.createDirectory(folder.resolve("full"));
        Path alsoFull = Files.createDirectory(folder.resolve("also"));
        Path out = full.resolve("t");
        Path kept = folder.resolve(
                Text.format("rescued-%d-t", ProcessHandle.current().pid()));
        assertThatThrownBy(() -> Rescue.write(out, List.of(alsoFull, folder), writer()))
                .isInstanceOf(LotaException.class)
                .hasMessage("%s is full. What was made is kept as %s; move it to its place.", out, kept);
        assertThat(kept).hasContent("result");
    }

    @Test
    void theFirstReasonIsTold() throws IOException {
        Path full = Files.createDirectory(folder.resolve("full"));
        assertThatThrownBy(() -> Rescue.write(full.resolve("t"), List.of(full), writer()))
                .isInstanceOf(LotaException.class)
                .hasMessage("%s is full", full.resolve("t"));
    }

    @Test
    void whatCanBeWrittenIsInItsPlace() {
        assertThat(Rescue.write(folder.resolve("t"), List.of(), writer())).isEqualTo("written");
        assertThat(folder.resolve("t")).hasContent("result");
    }

    /// Writes in `folder` itself only.
    private Function<Path, String> writer() {
        return path -> {
            if (!folder.equals(path.getParent())) {
                throw new LotaException(path + " is full");
            }
            try {
                Files.writeString(path, "result");
            } catch (IOException e) {
                throw new LotaException("defect", e);
            }
            return "written";
        };
    }
}
