package io.lota4j.internal.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lota4j.LotaException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Files in a thread that has been interrupted, or is while they are written.
class UninterruptedTest {
    @TempDir
    private Path folder = Path.of("");

    @AfterEach
    void forget() {
        Thread.interrupted();
    }

    @Test
    void aFileIsWrittenAndTheInterruptIsNotForgotten() throws IOException {
        Thread.currentThread().interrupt();
        AtomicFile.write(folder.resolve("file"), "whole");
        assertThat(Thread.interrupted()).isTrue();
        assertThat(folder.resolve("file")).hasContent("whole");
        assertThat(folder.toFile().list()).containsExactly("file");
    }

    @Test
    void anInterruptWhileItIsWrittenSpoilsNothing() throws IOException {
        Thread caller = Thread.currentThread();
        AtomicFile.write(folder.resolve("file"), channel -> {
            channel.write(ByteBuffer.wrap(new byte[] {'a'}));
            caller.interrupt();
            channel.write(ByteBuffer.wrap(new byte[] {'b'}));
        });
        assertThat(Thread.interrupted()).isTrue();
        assertThat(folder.resolve("file")).hasContent("ab");
    }

    @Test
    void aDirectoryIsWrittenWithChannelsOfItsOwn() throws IOException {
        Thread.currentThread().interrupt();
        AtomicFile.writeDirectory(folder.resolve("directory"), directory -> {
            try (FileChannel channel = FileChannel.open(
                    directory.resolve("part"), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                channel.write(ByteBuffer.wrap(new byte[] {'c'}));
            }
        });
        assertThat(Thread.interrupted()).isTrue();
        assertThat(folder.resolve("directory/part")).hasContent("c");
    }

    @Test
    void aSafetensorsFileIsOpened() throws IOException {
        Path file = Files.write(folder.resolve("f.safetensors"), new byte[] {2, 0, 0, 0, 0, 0, 0, 0, '{', '}'});
        Thread.currentThread().interrupt();
        try (SafetensorsFile opened = SafetensorsFile.open(file)) {
            assertThat(opened.tensors()).isEmpty();
        }
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void whatGoesWrongIsThrownAsItIs() {
        assertThatThrownBy(() -> Uninterrupted.call(() -> {
                    throw new FileNotFoundException("x");
                }))
                .isExactlyInstanceOf(FileNotFoundException.class);
        assertThatThrownBy(() -> Uninterrupted.call(() -> {
                    throw new LotaException("x");
                }))
                .isExactlyInstanceOf(LotaException.class);
        assertThatThrownBy(() -> Uninterrupted.call(() -> {
                    throw new InternalError("x");
                }))
                .isExactlyInstanceOf(InternalError.class);
    }
}
