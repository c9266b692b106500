package io.lota4j.checkpoint;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Writes safetensors files, whole or not at all (see [AtomicFile]).
public final class SafetensorsWriter {
    /// Bytes handed to the operating system at once: each thread copies through a buffer of as many.
    private static final long CHUNK_BYTES = 4L << 20;

    private SafetensorsWriter() {}

    /// Bytes and where they go.
    private record Chunk(MemorySegment bytes, long offset) {
        /// @param buffer room for a chunk outside the Java heap, from where alone can be written
        void write(FileChannel channel, MemorySegment buffer, Lock writing) {
            ByteBuffer chunk =
                    buffer.asSlice(0, bytes.byteSize()).copyFrom(bytes).asByteBuffer();
            writing.lock();
            try {
                while (chunk.hasRemaining()) {
                    channel.write(chunk, offset + chunk.position());
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } finally {
                writing.unlock();
            }
        }
    }

    /// Writes a file. Of tensors that are not in memory already, one at a time is.
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
        AtomicFile.write(target, layout.fileBytes(), channel -> write(channel, layout, ordered));
    }

    /// Tensors pass through a buffer, not a mapped file: a disk that fills up under a map raises no IOException.
    private static void write(FileChannel channel, SafetensorsLayout layout, List<TensorSource> tensors)
            throws IOException {
        List<Chunk> ready = new ArrayList<>();
        add(ready, MemorySegment.ofArray(layout.header()), 0);
        long largest = 0;
        for (int i = 0; i < tensors.size(); i++) {
            if (tensors.get(i).writer() instanceof TensorSource.Ready made) {
                add(ready, made.bytes(), layout.tensors().get(i).offset());
            } else {
                largest = Math.max(largest, tensors.get(i).bytes());
            }
        }
        write(channel, ready);
        try (Arena arena = Arena.ofShared()) {
            MemorySegment buffer = arena.allocate(largest, Long.BYTES);
            for (int i = 0; i < tensors.size(); i++) {
                TensorSource tensor = tensors.get(i);
                if (!(tensor.writer() instanceof TensorSource.Ready)) {
                    MemorySegment bytes = buffer.asSlice(0, tensor.bytes());
                    tensor.writer().writeTo(bytes);
                    List<Chunk> chunks = new ArrayList<>();
                    add(chunks, bytes, layout.tensors().get(i).offset());
                    write(channel, chunks);
                }
            }
        }
    }

    private static void add(List<Chunk> chunks, MemorySegment bytes, long offset) {
        for (long from = 0; from < bytes.byteSize(); from += CHUNK_BYTES) {
            long count = Math.min(CHUNK_BYTES, bytes.byteSize() - from);
            chunks.add(new Chunk(bytes.asSlice(from, count), offset + from));
        }
    }

    /// On all cores, but into the file one by one: the system lets others wait in a loop that a core is busy with.
    private static void write(FileChannel channel, List<Chunk> chunks) throws IOException {
        ConcurrentLinkedDeque<MemorySegment> idle = new ConcurrentLinkedDeque<>();
        Lock writing = new ReentrantLock();
        try (Arena arena = Arena.ofShared()) {
            chunks.parallelStream().forEach(chunk -> {
                @Nullable MemorySegment found = idle.poll();
                MemorySegment buffer = found == null ? arena.allocate(CHUNK_BYTES) : found;
                chunk.write(channel, buffer, writing);
                idle.push(buffer);
            });
        } catch (UncheckedIOException e) {
            throw Objects.requireNonNull(e.getCause());
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
