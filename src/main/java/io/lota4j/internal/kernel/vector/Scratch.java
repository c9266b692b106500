package io.lota4j.internal.kernel.vector;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.ConcurrentLinkedQueue;

/// Native buffers that are used again: fresh pages cost more than what is computed in them.
///
/// There are as many as were ever in use at once, each as large as the largest use of it.
final class Scratch implements AutoCloseable {
    /// A cache line, and the widest vector.
    static final long LINE = 64;

    private final ConcurrentLinkedQueue<Buffer> idle = new ConcurrentLinkedQueue<>();

    /// Memory of at least `bytes` with undefined content, the caller's own until it closes it.
    Buffer take(long bytes) {
        Buffer buffer = idle.poll();
        if (buffer != null && buffer.memory.byteSize() >= bytes) {
            return buffer;
        }
        if (buffer != null) {
            buffer.arena.close();
        }
        return new Buffer(bytes);
    }

    /// Frees all buffers that are not in use.
    @Override
    public void close() {
        for (Buffer buffer = idle.poll(); buffer != null; buffer = idle.poll()) {
            buffer.arena.close();
        }
    }

    /// One buffer on loan.
    final class Buffer implements AutoCloseable {
        private final Arena arena = Arena.ofShared();
        private final MemorySegment memory;

        private Buffer(long bytes) {
            memory = arena.allocate(bytes, LINE);
        }

        long address() {
            return memory.address();
        }

        MemorySegment memory() {
            return memory;
        }

        /// Hands it back.
        @Override
        public void close() {
            idle.add(this);
        }
    }
}
