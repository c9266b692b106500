package io.lota4j.internal.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.lota4j.Processes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a process leaves that is killed while it writes, and who removes it.
class TemporaryTest {
    @TempDir
    private Path folder;

    /// Is ended, as a kill would, while it writes the first file or directory, or after it made a lock.
    static final class Killed {
        public static void main(String[] arguments) throws IOException {
            Path target = Path.of(arguments[1]);
            switch (arguments[0]) {
                case "file" -> AtomicFile.write(target, channel -> end());
                case "directory" ->
                    AtomicFile.writeDirectory(target, directory -> {
                        Files.writeString(directory.resolve("half"), "half");
                        end();
                    });
                default -> {
                    Temporary.of(RealPath.of(target));
                    end();
                }
            }
        }

        private static void end() {
            Runtime.getRuntime().halt(0);
        }
    }

    private void killed(String what, Path target) throws IOException, InterruptedException {
        assertThat(Processes.output(Processes.java(List.of(), Killed.class, what, target.toString())))
                .isEmpty();
        assertThat(folder).isNotEmptyDirectory();
    }

    private static void write(Path target) {
        AtomicFile.write(target, "whole");
    }

    @Test
    void theNextWriterRemovesWhatAKilledOneLeft() throws IOException, InterruptedException {
        Path target = folder.resolve("t");
        for (String what : List.of("file", "lock")) {
            killed(what, target);
            write(target);
            assertThat(folder).isDirectoryNotContaining(file -> !file.equals(target));
        }
        killed("file", target);
        assertThat(folder).isDirectoryContaining("glob:**.tmp").isDirectoryContaining("glob:**.tmp.lock");
        AtomicFile.delete(target);
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void aNameOf255BytesIsCleanedToo() throws IOException, InterruptedException {
        Path target = folder.resolve("n".repeat(255));
        killed("file", target);
        write(target);
        assertThat(folder).isDirectoryNotContaining(file -> !file.equals(target));
    }

    @Test
    void aDirectoryThatAKilledProcessFilledIsFilledAnew() throws IOException, InterruptedException {
        Path inside = Files.createDirectory(folder.resolve("mount"));
        for (Path target : List.of(folder.resolve("new"), inside)) {
            killed("directory", target);
            AtomicFile.writeDirectory(target, directory -> Files.writeString(directory.resolve("whole"), "whole"));
            assertThat(target).isDirectoryNotContaining(file -> !file.endsWith("whole"));
        }
        assertThat(folder)
                .isDirectoryNotContaining(file -> file.getFileName().toString().startsWith("."));
    }

    /// Writes a file.
    static final class Other {
        public static void main(String[] target) {
            write(Path.of(target[0]));
        }
    }

    @Test
    void whatSomebodyStillWritesStays() {
        Path target = folder.resolve("t");
        AtomicFile.write(target, channel -> {
            write(target);
            other(target);
            channel.write(ByteBuffer.wrap(new byte[] {'!'}));
        });
        assertThat(target).hasContent("!");
        assertThat(folder).isDirectoryNotContaining(file -> !file.equals(target));
    }

    private static void other(Path target) throws IOException {
        try {
            assertThat(Processes.output(Processes.java(List.of(), Other.class, target.toString())))
                    .isEmpty();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    @Test
    void filesOfOtherNamesStay() throws IOException {
        List<Path> others = List.of(
                folder.resolve(".t.txt.0a1b2c3d.tmp"),
                folder.resolve(".t.0a1b2c3.tmp"),
                folder.resolve(".t.tmp"),
                folder.resolve("t.0a1b2c3d.tmp"));
        for (Path other : others) {
            Files.createFile(other);
        }
        write(folder.resolve("t"));
        assertThat(others).allSatisfy(other -> assertThat(other).exists());
    }
}
