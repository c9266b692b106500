package io.lota4j.checkpoint;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Writes safetensors files, whole or not at all (see [AtomicFile]).
public final class SafetensorsWriter {
    /// Bytes handed to the operating system at once: buffers end at 2 GiB, and 64 MiB is long enough to stream.
    private static final long CHUNK_BYTES = 64L << 20;

    private SafetensorsWriter() {}

    /// Writes a file. One tensor at a time is held in memory.
    ///
    /// Tensors of wide elements come first, as the reference implementation does, so that all are aligned; within
    /// one width the given order stays.
    ///
    /// @param metadata strings for the header's `__metadata__`, in this order; empty for none
    /// @throws io.lota4j.LotaException when the file cannot be written
    /// @throws IllegalArgumentException when two tensors have one name or one is named `__metadata__`
    public static void write(Path target, Map<String, String> metadata, List<TensorSource> tensors) {
        checkNames(tensors);
        List<TensorSource> ordered = tensors.stream()
                .sorted(Comparator.comparingInt((TensorSource t) -> t.dtype().size())
                        .reversed())
                .toList();
        SafetensorsLayout layout = SafetensorsLayout.of(
                metadata,
                ordered.stream()
                        .map(t -> new SafetensorsLayout.Entry(t.name(), t.dtype(), t.shape()))
                        .toList());
        long largest = ordered.stream().mapToLong(TensorSource::bytes).max().orElse(0);
        AtomicFile.write(target, layout.fileBytes(), channel -> write(channel, layout.header(), ordered, largest));
    }

    /// Tensors pass through a buffer, not a mapped file: a disk that fills up under a map raises no IOException.
    private static void write(FileChannel channel, byte[] header, List<TensorSource> tensors, long largest)
            throws IOException {
        write(channel, MemorySegment.ofArray(header));
        try (Arena arena = Arena.ofShared()) {
            MemorySegment buffer = arena.allocate(largest, Long.BYTES);
            for (TensorSource tensor : tensors) {
                MemorySegment bytes = buffer.asSlice(0, tensor.bytes());
                tensor.writer().writeTo(bytes);
                write(channel, bytes);
            }
        }
    }

    private static void write(FileChannel channel, MemorySegment bytes) throws IOException {
        for (long from = 0; from < bytes.byteSize(); from += CHUNK_BYTES) {
            ByteBuffer chunk = bytes.asSlice(from, Math.min(CHUNK_BYTES, bytes.byteSize() - from))
                    .asByteBuffer();
            while (chunk.hasRemaining()) {
                channel.write(chunk);
            }
        }
    }

    private static void checkNames(List<TensorSource> tensors) {
        Set<String> names = new HashSet<>();
        for (TensorSource tensor : tensors) {
            if (tensor.name().equals(SafetensorsHeader.METADATA) || !names.add(tensor.name())) {
                throw new IllegalArgumentException("tensor name is taken: " + tensor.name());
            }
        }
    }
}
