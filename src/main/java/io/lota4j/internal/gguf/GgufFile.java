package io.lota4j.internal.gguf;

import io.lota4j.internal.checkpoint.AtomicFile;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.List;

/// Writes GGUF files, version 3, little-endian.
public final class GgufFile {
    private static final int MAGIC = 0x4655_4747;
    private static final int VERSION = 3;
    /// Every tensor begins at a multiple of so many bytes, which readers take for granted.
    private static final int ALIGNMENT = 32;
    /// Buffers of channels end at 2 GiB.
    private static final long SLICE = 1L << 30;

    private GgufFile() {}

    /// Writes a file, an older one of the name is replaced. One tensor at a time is in memory.
    ///
    /// @throws io.lota4j.LotaException when it cannot be written
    public static void write(Path file, GgufValues values, List<GgufTensor> tensors) {
        byte[] header = header(values, tensors);
        long data =
                tensors.stream().mapToLong(tensor -> aligned(tensor.bytes())).sum();
        AtomicFile.write(file, header.length + data, channel -> {
            append(channel, MemorySegment.ofArray(header));
            for (GgufTensor tensor : tensors) {
                append(channel, tensor);
            }
        });
    }

    private static byte[] header(GgufValues values, List<GgufTensor> tensors) {
        GgufValues.Bytes bytes = new GgufValues.Bytes();
        bytes.u32(MAGIC).u32(VERSION).u64(tensors.size()).u64(values.count());
        bytes.writeBytes(values.toBytes());
        long offset = 0;
        for (GgufTensor tensor : tensors) {
            bytes.text(tensor.name()).u32(tensor.shape().rank());
            tensor.shape().dims().reversed().forEach(bytes::u64);
            bytes.u32(tensor.type().number()).u64(offset);
            offset += aligned(tensor.bytes());
        }
        while (bytes.size() % ALIGNMENT != 0) {
            bytes.u8(0);
        }
        return bytes.toByteArray();
    }

    private static void append(FileChannel channel, GgufTensor tensor) throws IOException {
        try (Arena arena = Arena.ofShared()) {
            MemorySegment floats = arena.allocate(tensor.shape().numel() * Float.BYTES, ALIGNMENT);
            tensor.writer().writeTo(floats);
            MemorySegment stored = arena.allocate(aligned(tensor.bytes()), ALIGNMENT);
            tensor.type().convert(floats, stored.asSlice(0, tensor.bytes()));
            append(channel, stored);
        }
    }

    private static void append(FileChannel channel, MemorySegment bytes) throws IOException {
        for (long from = 0; from < bytes.byteSize(); from += SLICE) {
            ByteBuffer buffer = bytes.asSlice(from, Math.min(SLICE, bytes.byteSize() - from))
                    .asByteBuffer();
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
        }
    }

    private static long aligned(long bytes) {
        return Math.ceilDiv(bytes, ALIGNMENT) * ALIGNMENT;
    }
}
