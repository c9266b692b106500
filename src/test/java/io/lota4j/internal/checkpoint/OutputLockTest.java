package io.lota4j.internal.checkpoint;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lota4j.LotaException;
import io.lota4j.Processes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutputLockTest {
    @TempDir
    private Path folder;

    /// Says whether another process gets at an output.
    static final class Other {
        public static void main(String[] output) {
            try (OutputLock lock = OutputLock.hold(Path.of(output[0]))) {
                System.out.print("held " + requireNonNull(lock.held()).file().getFileName());
            } catch (LotaException e) {
                System.out.print(e.getMessage());
            }
        }
    }

    @Test
    void aSecondRunIsTold() throws Exception {
        Path output = folder.resolve("t");
        try (OutputLock lock = OutputLock.hold(output)) {
            assertThat(requireNonNull(lock.held()).file()).exists();
            String busy = output + ": another run is at work on it. Wait for its end, or give this one another path.";
            assertThatThrownBy(() -> OutputLock.hold(folder.resolve("./t")))
                    .isInstanceOf(LotaException.class)
                    .hasMessage(
                            "%s",
                            busy.replace(
                                    output.toString(), folder.resolve("./t").toString()));
            // A second attempt in this process must not have opened and closed the file, which would release the lock.
            assertThat(other(output)).isEqualTo(busy);
        }
        assertThat(other(output)).isEqualTo("held .t.lock");
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void whatADeadProcessLeavesHoldsNobodyUp() throws IOException {
        Files.createFile(folder.resolve(".t.lock"));
        try (OutputLock lock = OutputLock.hold(folder.resolve("t"))) {
            assertThat(lock.held()).isNotNull();
        }
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void whereNoFileCanBeNothingIsHeld() throws IOException {
        Path device = Files.createSymbolicLink(folder.resolve("device"), Path.of("/dev/null"));
        for (Path output : List.of(device, folder.resolve("none/t"))) {
            try (OutputLock lock = OutputLock.hold(output)) {
                assertThat(lock.held()).isNull();
            }
        }
    }

    private static String other(Path output) throws IOException, InterruptedException {
        return Processes.output(Processes.java(List.of(), Other.class, output.toString()));
    }
}
