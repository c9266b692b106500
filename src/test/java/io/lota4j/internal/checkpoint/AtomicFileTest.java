package io.lota4j.internal.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.lota4j.LotaException;
import io.lota4j.internal.Text;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.CompletableFuture;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AtomicFileTest {
    @TempDir
    private Path directory;

    @Test
    void replacesAFile() throws IOException {
        Path target = directory.resolve("new/deep/file");
        AtomicFile.write(target, channel -> put(channel, "old"));
        AtomicFile.write(target, channel -> put(channel, "new"));
        assertThat(target).hasContent("new");
        assertOnly(directory.resolve("new/deep"), target);
    }

    @Test
    void aWriterThatThrowsMidwayLeavesTheOldFile() throws IOException {
        Path target = Files.writeString(directory.resolve("file"), "old");
        assertThatThrownBy(() -> AtomicFile.write(target, channel -> {
                    put(channel, "ne");
                    throw new IllegalStateException("killed");
                }))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("killed");
        assertThat(target).hasContent("old");
        assertOnly(directory, target);
    }

    @Test
    void aFailedWriteIsExplained() throws IOException {
        Path target = Files.writeString(directory.resolve("file"), "old");
        assertThatThrownBy(() -> AtomicFile.write(target, channel -> {
                    throw new IOException("the cable came off");
                }))
                .isInstanceOf(LotaException.class)
                .hasMessage("%s cannot be written: IOException: the cable came off", target);
        assertThat(target).hasContent("old");
        assertOnly(directory, target);
    }

    @Test
    void aFullDiskIsExplained() throws IOException {
        Path target = Files.writeString(directory.resolve("file"), "old");
        assertThatThrownBy(() -> AtomicFile.write(target, 123_456, channel -> {
                    throw new IOException("No space left on device");
                }))
                .isInstanceOf(LotaException.class)
                .message()
                .matches(Text.format(
                                "\\Q%s\\E cannot be written: the disk is full; 123456 bytes are needed, \\d+ bytes are"
                                        + " free\\. ",
                                target)
                        + "What was there before is unchanged\\.");
        assertThat(target).hasContent("old");
        assertOnly(directory, target);
    }

    @Test
    void aFullDiskIsExplainedAlsoWhereTheLengthIsUnknown() {
        Path target = directory.resolve("file");
        assertThatThrownBy(() -> AtomicFile.write(target, channel -> {
                    throw new IOException("No space left on device");
                }))
                .isInstanceOf(LotaException.class)
                .message()
                .matches(
                        Text.format("\\Q%s\\E cannot be written: the disk is full; \\d+ bytes are free\\. .*", target));
    }

    @Test
    void aDirectoryCannotBeReplacedByAFile() throws IOException {
        Path target = Files.createDirectories(directory.resolve("d"));
        Files.writeString(target.resolve("x"), "old");
        assertThatThrownBy(() -> AtomicFile.write(target, channel -> put(channel, "new")))
                .isInstanceOf(LotaException.class)
                .hasMessageStartingWith("%s cannot be written: ", target);
        assertOnly(directory, target);
    }

    @Test
    void fillsADirectoryThatIsThere() throws IOException {
        Path target = Files.createDirectories(directory.resolve("d"));
        Object before = Files.readAttributes(target, BasicFileAttributes.class).fileKey();
        Files.createDirectory(target.resolve("lost+found"));
        AtomicFile.writeDirectory(target, made -> {
            Files.createDirectory(made.resolve("sub"));
            Files.writeString(made.resolve("sub/b"), "new");
            Files.writeString(made.resolve("a"), "new");
        });
        assertThat(target.resolve("a")).hasContent("new");
        assertThat(target.resolve("sub/b")).hasContent("new");
        assertThat(target.toFile().list()).containsExactlyInAnyOrder("a", "sub", "lost+found");
        assertThat(Files.readAttributes(target, BasicFileAttributes.class).fileKey())
                .isEqualTo(before);
        assertOnly(directory, target);
    }

    @Test
    void makesADirectoryWhereADanglingLinkLeads() throws IOException {
        Path link = Files.createSymbolicLink(directory.resolve("link"), Path.of("real/deep"));
        AtomicFile.writeDirectory(link, made -> Files.writeString(made.resolve("a"), "new"));
        assertThat(link).isSymbolicLink();
        assertThat(directory.resolve("real/deep/a")).hasContent("new");
    }

    @Test
    void aDirectoryThatHoldsSomethingIsNotTouched() throws IOException {
        Path target = Files.createDirectories(directory.resolve("d"));
        Files.writeString(target.resolve("a"), "old");
        assertThatThrownBy(() -> AtomicFile.writeDirectory(target, made -> {
                    throw new IllegalStateException("asked for");
                }))
                .isInstanceOf(LotaException.class)
                .hasMessage("%s is not empty; give a directory that does not exist or is empty.", target);
        assertThat(target.resolve("a")).hasContent("old");
        assertOnly(directory, target);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aDirectoryThatFailsMidwayLeavesNothing(boolean there) throws IOException {
        Path target = directory.resolve("d");
        if (there) {
            Files.createDirectory(target);
        }
        assertThatThrownBy(() -> AtomicFile.writeDirectory(target, 10, made -> {
                    Files.createDirectories(made.resolve("sub"));
                    Files.writeString(made.resolve("sub/a"), "new");
                    throw new IOException("No space left on device");
                }))
                .isInstanceOf(LotaException.class)
                .hasMessageStartingWith("%s cannot be written: the disk is full; 10 bytes are needed, ", target);
        assertThat(directory.toFile().list()).hasSize(there ? 1 : 0);
        assertThat(there ? target.toFile().list() : new String[0]).isEmpty();
    }

    @Test
    void aLinkStaysALink() throws IOException {
        Path target = Files.writeString(directory.resolve("file"), "old");
        Files.createDirectory(directory.resolve("links"));
        Path relative = Files.createSymbolicLink(directory.resolve("links/relative"), Path.of("../file"));
        Path link = Files.createSymbolicLink(directory.resolve("links/absolute"), relative);
        AtomicFile.write(link, "new");
        assertThat(link).isSymbolicLink();
        assertThat(relative).isSymbolicLink();
        assertThat(Files.isSymbolicLink(target)).isFalse();
        assertThat(target).hasContent("new");
        assertThat(directory.toFile().list()).hasSize(2);
    }

    @Test
    void aDanglingLinkMakesItsTarget() throws IOException {
        Path link = Files.createSymbolicLink(directory.resolve("link"), Path.of("new/file"));
        AtomicFile.write(link, "new");
        assertThat(link).isSymbolicLink();
        assertThat(directory.resolve("new/file")).hasContent("new");
    }

    @Test
    void linksInACircleAreTold() throws IOException {
        Path link = Files.createSymbolicLink(directory.resolve("link"), Path.of("other"));
        Files.createSymbolicLink(directory.resolve("other"), Path.of("link"));
        assertThatThrownBy(() -> AtomicFile.write(link, "new"))
                .isInstanceOf(LotaException.class)
                .hasMessageStartingWith("%s: its links lead in a circle", link);
    }

    @Test
    void aFileKeepsItsMode() throws IOException {
        Path target = Files.writeString(directory.resolve("file"), "old");
        for (String mode : new String[] {"rw-rw-rw-", "rwx------", "rw-r-----"}) {
            Files.setPosixFilePermissions(target, PosixFilePermissions.fromString(mode));
            AtomicFile.write(target, "new");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(target)))
                    .isEqualTo(mode);
        }
    }

    @Test
    void aNewFileHasTheModeOfAnyNewFile() throws IOException {
        Path usual = Files.createFile(directory.resolve("usual"));
        Path target = directory.resolve("file");
        AtomicFile.write(target, "new");
        assertThat(Files.getPosixFilePermissions(target)).isEqualTo(Files.getPosixFilePermissions(usual));
    }

    /// By a link: a write that replaced the device would take it from the machine.
    @Test
    void aDeviceIsWrittenThrough() throws IOException {
        Path device = Files.createSymbolicLink(directory.resolve("device"), Path.of("/dev/null"));
        AtomicFile.write(device, "new");
        assertThat(device).isSymbolicLink().exists();
        assertThat(Files.isRegularFile(device)).isFalse();
        assertOnly(directory, device);
    }

    @Test
    void aDeviceThatIsFullIsTold() throws IOException {
        Path device = Files.createSymbolicLink(directory.resolve("device"), Path.of("/dev/full"));
        assertThatThrownBy(() -> AtomicFile.write(device, "new"))
                .isInstanceOf(LotaException.class)
                .hasMessage("%s cannot be written: IOException: No space left on device", device);
    }

    @Test
    void aFifoIsWrittenThrough() throws Exception {
        Path fifo = directory.resolve("fifo");
        assertThat(new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor())
                .isZero();
        CompletableFuture<String> read = CompletableFuture.supplyAsync(() -> {
            try {
                return Files.readString(fifo);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        AtomicFile.write(fifo, channel -> {
            channel.write(ByteBuffer.wrap(new byte[] {'c', 'd'}), 2);
            channel.write(ByteBuffer.wrap(new byte[] {'a', 'b'}), 0);
        });
        assertThat(read.get()).isEqualTo("abcd");
        assertThat(Files.isRegularFile(fifo)).isFalse();
    }

    @Test
    void aLongNameIsWritten() throws IOException {
        Path target = directory.resolve("ä".repeat(127));
        AtomicFile.write(target, "new");
        assertThat(target).hasContent("new");
    }

    @Test
    void aWriteProtectedFileStays() throws IOException {
        Path target = Files.writeString(directory.resolve("file"), "old");
        Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("r--r--r--"));
        assumeFalse(Files.isWritable(target), "root may write everything");
        for (ThrowingCallable write :
                new ThrowingCallable[] {() -> AtomicFile.write(target, "new"), () -> AtomicFile.requireWritable(target)
                }) {
            assertThatThrownBy(write)
                    .isInstanceOf(LotaException.class)
                    .hasMessageStartingWith("%s", target)
                    .hasMessageEndingWith("cannot be written: it is write-protected.");
        }
        assertThat(target).hasContent("old");
    }

    @Test
    void aFileInADirectoryThatTakesNoOtherIsWrittenInPlace() throws IOException {
        Path closed = Files.createDirectory(directory.resolve("closed"));
        Path target = Files.writeString(closed.resolve("file"), "old and long");
        Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("r-xr-xr-x"));
        try {
            assumeFalse(Files.isWritable(closed), "root may write everything");
            AtomicFile.requireWritable(target);
            AtomicFile.write(target, "new");
            assertThat(target).hasContent("new");
            assertThatThrownBy(() -> AtomicFile.requireWritable(closed.resolve("other")))
                    .isInstanceOf(LotaException.class)
                    .hasMessageContaining("no permission to write in " + closed);
        } finally {
            Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
    }

    private static void put(FileChannel channel, String text) throws IOException {
        channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
    }

    private static void assertOnly(Path directory, Path file) {
        assertThat(directory).isDirectoryContaining(file::equals);
        assertThat(directory.toFile().list()).hasSize(1);
    }
}
