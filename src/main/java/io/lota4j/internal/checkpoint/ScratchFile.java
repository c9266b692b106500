package io.lota4j.internal.checkpoint;

import io.lota4j.LotaException;
import io.lota4j.internal.FileSpace;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.OptionalLong;

/// A mapped file for what memory has no room for and nobody keeps.
///
/// It has all its room on the disk when it is made, so that a disk that is too full is told then. Its name is gone as
/// soon as it is mapped: whatever ends the process, the system frees the room, and nothing is left behind.
public final class ScratchFile implements AutoCloseable {
    private static final int CHUNK_BYTES = 4 << 20;

    private final Arena arena;
    private final MemorySegment memory;

    private ScratchFile(Arena arena, MemorySegment memory) {
        this.arena = arena;
        this.memory = memory;
    }

    /// Makes one.
    ///
    /// @param directory made when missing
    /// @param bytes how long it is; all are zero
    /// @throws LotaException when the directory is none or cannot be written, or the disk has less room, with
    ///     what is needed and free
    public static ScratchFile in(Path directory, long bytes) {
        AtomicFile.requireWritableDirectory(directory);
        Arena arena = Arena.ofShared();
        boolean made = false;
        try {
            MemorySegment memory = Uninterrupted.call(() -> map(directory, bytes, arena));
            made = true;
            return new ScratchFile(arena, memory);
        } catch (IOException e) {
            throw WriteFailure.of(directory.resolve("state"), OptionalLong.of(bytes), "Nothing was computed yet.", e);
        } finally {
            if (!made) {
                arena.close();
            }
        }
    }

    private static MemorySegment map(Path directory, long bytes, Arena arena) throws IOException {
        Files.createDirectories(directory);
        if (Files.getFileStore(directory).getUsableSpace() < bytes) {
            // Else all that is left would be taken before anybody knows.
            throw new FileSystemException(directory.toString(), null, "No space left on device");
        }
        Path file = Files.createTempFile(directory, ".lota-", ".tmp");
        try {
            boolean taken = FileSpace.take(file, bytes);
            // The system forgets the name when it opens the file.
            try (FileChannel channel = FileChannel.open(
                    file, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.DELETE_ON_CLOSE)) {
                if (!taken) {
                    write(channel, bytes);
                }
                return channel.map(FileChannel.MapMode.READ_WRITE, 0, bytes, arena);
            }
        } finally {
            Files.deleteIfExists(file);
        }
    }

    private static void write(FileChannel channel, long bytes) throws IOException {
        ByteBuffer zeros = ByteBuffer.allocateDirect((int) Math.min(bytes, CHUNK_BYTES));
        for (long at = 0; at < bytes; at += channel.write(zeros, at)) {
            zeros.position(0).limit((int) Math.min(zeros.capacity(), bytes - at));
        }
    }

    /// What the file holds, zero at first; valid until it is closed.
    public MemorySegment memory() {
        return memory;
    }

    @Override
    public void close() {
        arena.close();
    }
}
