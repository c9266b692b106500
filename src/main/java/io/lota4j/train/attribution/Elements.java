package io.lota4j.train.attribution;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.stream.LongStream;

/// Loops over the elements of two F32 tensors of one size, in blocks on all cores. An element is a block's own,
/// so the sums do not depend on the number of threads.
final class Elements {
    /// Bytes of a block: 64 Ki floats, which take longer than handing them to a thread.
    private static final long BLOCK = 1L << 18;

    private Elements() {}

    private interface Loop {
        void over(MemorySegment from, MemorySegment to);
    }

    /// to += from
    static void add(MemorySegment from, MemorySegment to) {
        blocks(from, to, (block, sum) -> {
            for (long at = 0; at < block.byteSize(); at += Float.BYTES) {
                put(sum, at, block.get(ValueLayout.JAVA_FLOAT, at));
            }
        });
    }

    /// to += abs(from)
    static void addMagnitudes(MemorySegment from, MemorySegment to) {
        blocks(from, to, (block, sum) -> {
            for (long at = 0; at < block.byteSize(); at += Float.BYTES) {
                put(sum, at, Math.abs(block.get(ValueLayout.JAVA_FLOAT, at)));
            }
        });
    }

    /// to += from * from
    static void addSquares(MemorySegment from, MemorySegment to) {
        blocks(from, to, (block, sum) -> {
            for (long at = 0; at < block.byteSize(); at += Float.BYTES) {
                float value = block.get(ValueLayout.JAVA_FLOAT, at);
                put(sum, at, value * value);
            }
        });
    }

    private static void put(MemorySegment sum, long at, float value) {
        sum.set(ValueLayout.JAVA_FLOAT, at, sum.get(ValueLayout.JAVA_FLOAT, at) + value);
    }

    private static void blocks(MemorySegment from, MemorySegment to, Loop loop) {
        long bytes = from.byteSize();
        LongStream.range(0, Math.ceilDiv(bytes, BLOCK)).parallel().forEach(block -> {
            long start = block * BLOCK;
            long length = Math.min(BLOCK, bytes - start);
            loop.over(from.asSlice(start, length), to.asSlice(start, length));
        });
    }
}
