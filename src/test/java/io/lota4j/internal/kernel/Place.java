package io.lota4j.internal.kernel;

import io.lota4j.internal.memory.Buffer;
import io.lota4j.internal.memory.HostBuffer;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/// Where the buffers that a kernel is called with live.
public interface Place extends AutoCloseable {
    /// Puts a copy of `host` there.
    Buffer put(Buffer host);

    /// A copy on the Java heap of what [#put] returned and a kernel has changed since.
    HostBuffer get(Buffer placed);

    /// Frees everything, and fails if something was written beside a buffer.
    @Override
    default void close() {}

    /// On the Java heap.
    static Place heap() {
        return new Place() {
            @Override
            public Buffer put(Buffer host) {
                return copy(host);
            }

            @Override
            public HostBuffer get(Buffer placed) {
                return copy(placed);
            }
        };
    }

    /// Outside the heap, each buffer at an odd multiple of its element's size and with guards around it.
    static Place offHeap() {
        return new OffHeap();
    }

    /// A copy on the Java heap, aligned for any element.
    static HostBuffer copy(Buffer source) {
        MemorySegment copy = MemorySegment.ofArray(new long[(int) ((source.byteSize() + 7) / 8)])
                .asSlice(0, source.byteSize());
        source.copyTo(copy);
        return new HostBuffer(copy);
    }

    /// Guards before and after each buffer show writes beside it.
    final class OffHeap implements Place {
        private static final long GUARD = 68;
        private static final byte MARK = (byte) 0xA5;

        private final Arena arena = Arena.ofShared();
        private final List<MemorySegment> guards = new ArrayList<>();

        @Override
        public Buffer put(Buffer host) {
            MemorySegment all = arena.allocate(host.byteSize() + 2 * GUARD, 64);
            MemorySegment before = all.asSlice(0, GUARD).fill(MARK);
            MemorySegment after = all.asSlice(GUARD + host.byteSize()).fill(MARK);
            guards.add(before);
            guards.add(after);
            Buffer placed = new HostBuffer(all.asSlice(GUARD, host.byteSize()));
            placed.copyFrom(HostBuffer.memoryOf(host));
            return placed;
        }

        @Override
        public HostBuffer get(Buffer placed) {
            return copy(placed);
        }

        @Override
        public void close() {
            for (MemorySegment guard : guards) {
                MemorySegment intact =
                        MemorySegment.ofArray(new byte[(int) GUARD]).fill(MARK);
                if (guard.mismatch(intact) >= 0) {
                    throw new AssertionError("a kernel wrote beside a buffer");
                }
            }
            arena.close();
        }
    }
}
