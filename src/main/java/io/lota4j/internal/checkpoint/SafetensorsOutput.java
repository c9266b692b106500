package io.lota4j.internal.checkpoint;

import io.lota4j.internal.Text;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// A safetensors file as it is written: tensors one after the other, then the header, for which there is room at the
/// beginning. To be used by one thread at a time.
public final class SafetensorsOutput implements AutoCloseable {
    /// Bytes handed to the operating system at once: each thread copies through a buffer of as many.
    private static final long CHUNK_BYTES = 4L << 20;

    private final FileChannel channel;
    private final int headerBytes;
    private final List<SafetensorsLayout.Entry> entries = new ArrayList<>();
    private final Arena arena = Arena.ofShared();
    private final ConcurrentLinkedDeque<MemorySegment> idle = new ConcurrentLinkedDeque<>();
    private final Lock writing = new ReentrantLock();
    private long end;

    /// Bytes and where they go.
    private record Chunk(MemorySegment bytes, long offset) {}

    /// @param headerBytes room for the header, its length included
    SafetensorsOutput(FileChannel channel, int headerBytes) {
        this.channel = channel;
        this.headerBytes = headerBytes;
        end = headerBytes;
    }

    /// Writes tensors behind those before them. They pass through buffers, not a mapped file: a disk that fills up
    /// under a map raises no IOException.
    ///
    /// @param tensors in the order of their bytes; of those that are not in memory already, one at a time is
    /// @throws IOException when they cannot be read or written
    public void append(List<TensorSource> tensors) throws IOException {
        List<Chunk> chunks = new ArrayList<>();
        for (TensorSource tensor : tensors) {
            if (tensor.writer() instanceof TensorSource.Ready made) {
                chunks.addAll(chunks(made.bytes(), end));
            } else {
                make(tensor);
            }
            entries.add(new SafetensorsLayout.Entry(tensor.name(), tensor.dtype(), tensor.shape()));
            end = Math.addExact(end, tensor.bytes());
        }
        write(chunks);
    }

    private void make(TensorSource tensor) throws IOException {
        try (Arena own = Arena.ofShared()) {
            MemorySegment bytes = own.allocate(tensor.bytes(), Long.BYTES);
            tensor.writer().writeTo(bytes);
            write(chunks(bytes, end));
        }
    }

    private static List<Chunk> chunks(MemorySegment bytes, long offset) {
        List<Chunk> chunks = new ArrayList<>();
        for (long from = 0; from < bytes.byteSize(); from += CHUNK_BYTES) {
            long count = Math.min(CHUNK_BYTES, bytes.byteSize() - from);
            chunks.add(new Chunk(bytes.asSlice(from, count), offset + from));
        }
        return chunks;
    }

    /// On all cores, but into the file one by one: the system lets others wait in a loop that a core is busy with.
    private void write(List<Chunk> chunks) throws IOException {
        try {
            chunks.parallelStream().forEach(this::write);
        } catch (UncheckedIOException e) {
            throw Objects.requireNonNull(e.getCause());
        }
    }

    private void write(Chunk chunk) {
        @Nullable MemorySegment found = idle.poll();
        // Outside the Java heap, from where alone can be written.
        MemorySegment buffer = found == null ? arena.allocate(CHUNK_BYTES) : found;
        ByteBuffer bytes =
                buffer.asSlice(0, chunk.bytes.byteSize()).copyFrom(chunk.bytes).asByteBuffer();
        writing.lock();
        try {
            while (bytes.hasRemaining()) {
                channel.write(bytes, chunk.offset + bytes.position());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            writing.unlock();
        }
        idle.push(buffer);
    }

    /// Writes the header, after all tensors.
    ///
    /// @param metadata strings for its `__metadata__`, in this order; empty for none
    /// @throws IllegalArgumentException when the header needs more room than was left for it
    void finish(Map<String, String> metadata) throws IOException {
        byte[] header = SafetensorsLayout.of(metadata, entries, headerBytes).header();
        if (header.length > headerBytes) {
            throw new IllegalArgumentException(
                    Text.format("a header of %d bytes, %d expected", header.length, headerBytes));
        }
        write(List.of(new Chunk(MemorySegment.ofArray(header), 0)));
    }

    @Override
    public void close() {
        arena.close();
    }
}
