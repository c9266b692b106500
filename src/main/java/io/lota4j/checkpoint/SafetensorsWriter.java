package io.lota4j.checkpoint;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.json.JsonMapper;

/// Writes safetensors files, whole or not at all (see [AtomicFile]).
public final class SafetensorsWriter {
    /// Bytes handed to the operating system at once: buffers end at 2 GiB, and 64 MiB is long enough to stream.
    private static final long CHUNK_BYTES = 64L << 20;

    private static final JsonMapper JSON = JsonMapper.shared();

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
        byte[] header = header(metadata, ordered);
        long total = header.length;
        long largest = 0;
        for (TensorSource tensor : ordered) {
            total = Math.addExact(total, tensor.bytes());
            largest = Math.max(largest, tensor.bytes());
        }
        long buffer = largest;
        AtomicFile.write(target, total, channel -> write(channel, header, ordered, buffer));
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

    /// The length and the JSON, padded with spaces to a multiple of eight bytes so that the data is aligned.
    private static byte[] header(Map<String, String> metadata, List<TensorSource> tensors) {
        Map<String, Object> root = new LinkedHashMap<>();
        if (!metadata.isEmpty()) {
            root.put(SafetensorsHeader.METADATA, metadata);
        }
        long offset = 0;
        for (TensorSource tensor : tensors) {
            Map<String, Object> entry = new LinkedHashMap<>();
            entry.put("dtype", tensor.dtype().name());
            entry.put("shape", tensor.shape().dims());
            entry.put("data_offsets", List.of(offset, offset + tensor.bytes()));
            root.put(tensor.name(), entry);
            offset += tensor.bytes();
        }
        byte[] json = JSON.writeValueAsString(root).getBytes(StandardCharsets.UTF_8);
        int padded = Math.ceilDiv(json.length, Long.BYTES) * Long.BYTES;
        ByteBuffer header = ByteBuffer.allocate(Long.BYTES + padded).order(ByteOrder.LITTLE_ENDIAN);
        header.putLong(padded).put(json);
        while (header.hasRemaining()) {
            header.put((byte) ' ');
        }
        return header.array();
    }
}
