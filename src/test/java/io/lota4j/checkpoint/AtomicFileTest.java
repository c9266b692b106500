package io.lota4j.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lota4j.LotaException;
import io.lota4j.Text;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
    void replacesADirectory() throws IOException {
        Path target = directory.resolve("d");
        AtomicFile.replaceDirectory(target, made -> Files.writeString(made.resolve("a"), "old"));
        AtomicFile.replaceDirectory(target, made -> {
            Files.createDirectory(made.resolve("sub"));
            Files.writeString(made.resolve("sub/b"), "new");
        });
        assertThat(target.resolve("a")).doesNotExist();
        assertThat(target.resolve("sub/b")).hasContent("new");
        assertOnly(directory, target);
    }

    @Test
    void aDirectoryThatFailsMidwayLeavesTheOldOne() {
        Path target = directory.resolve("d");
        AtomicFile.replaceDirectory(target, made -> Files.writeString(made.resolve("a"), "old"));
        assertThatThrownBy(() -> AtomicFile.replaceDirectory(target, 10, made -> {
                    Files.createDirectories(made.resolve("sub"));
                    Files.writeString(made.resolve("sub/a"), "new");
                    throw new IOException("No space left on device");
                }))
                .isInstanceOf(LotaException.class)
                .hasMessageStartingWith("%s cannot be written: the disk is full; 10 bytes are needed, ", target);
        assertThat(target.resolve("a")).hasContent("old");
        assertOnly(directory, target);
    }

    private static void put(FileChannel channel, String text) throws IOException {
        channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
    }

    private static void assertOnly(Path directory, Path file) {
        assertThat(directory).isDirectoryContaining(file::equals);
        assertThat(directory.toFile().list()).hasSize(1);
    }
}
