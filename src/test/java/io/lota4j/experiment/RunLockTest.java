package io.lota4j.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lota4j.LotaException;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunLockTest {
    private static final String HOLDER = """
        import java.nio.channels.FileChannel;
        import java.nio.file.*;

        class Holder {
            public static void main(String[] args) throws Exception {
                try (FileChannel channel =
                        FileChannel.open(Path.of(args[0]), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
                    System.out.println(channel.tryLock() != null);
                    System.in.read();
                }
            }
        }
        """;

    @TempDir
    private Path directory;

    @Test
    void aDirectoryIsHeldOnceAtATime() {
        Path out = directory.resolve("a/b");
        for (int turn = 0; turn < 2; turn++) {
            try (RunLock held = RunLock.hold(out)) {
                assertThat(held.file().channel().isOpen()).isTrue();
                requireRefused(out);
                requireRefused(directory.resolve("a/../a/b"));
            }
        }
    }

    @Test
    void anotherProcessIsKeptOffAndLeavesNothingWhenKilled() throws Exception {
        Process holder = holder();
        try (BufferedReader said = holder.inputReader()) {
            assertThat(said.readLine()).isEqualTo("true");
            requireRefused(directory);
        } finally {
            holder.destroyForcibly().waitFor();
        }
        try (RunLock held = RunLock.hold(directory)) {
            assertThat(held.file().channel().isOpen()).isTrue();
            // What was refused above, and here, must not have let go of the lock.
            requireRefused(directory);
            Process second = holder();
            try (BufferedReader said = second.inputReader()) {
                assertThat(said.readLine()).isEqualTo("false");
            } finally {
                second.destroyForcibly().waitFor();
            }
        }
    }

    private Process holder() throws IOException {
        Path source = Files.writeString(directory.resolve("Holder.java"), HOLDER);
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        source.toString(),
                        directory.resolve("lock").toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    private static void requireRefused(Path out) {
        assertThatThrownBy(() -> RunLock.hold(out))
                .isInstanceOf(LotaException.class)
                .hasMessage("%s: another run is at work there; wait for its end, or give this one another 'out'.", out);
    }
}
