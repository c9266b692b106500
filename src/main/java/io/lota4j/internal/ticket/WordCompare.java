package io.lota4j.internal.ticket;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// Compares 64 elements of 16 bits at a time, four in each step, without a branch for any: which elements of a
/// fine-tuned model changed cannot be predicted.
final class WordCompare {
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final int STEPS = Long.SIZE * Short.BYTES / Long.BYTES;
    private static final int LANES = Long.BYTES / Short.BYTES;
    private static final long SIGN = 0x8000_8000_8000_8000L;
    /// A product with it has the lowest bits of the four elements side by side, from bit 48 on.
    private static final long TOGETHER = 1L << 48 | 1L << 33 | 1L << 18 | 1L << 3;

    private WordCompare() {}

    /// A bit for each of 64 elements that differs in any bit, lowest first.
    ///
    /// @param from the first element
    static long differing(MemorySegment base, MemorySegment tuned, long from) {
        long marks = 0;
        for (int step = 0; step < STEPS; step++) {
            long at = from * Short.BYTES + step * Long.BYTES;
            long bits = base.get(LONG, at) ^ tuned.get(LONG, at);
            long differs = ((bits & ~SIGN) + ~SIGN | bits) & SIGN;
            marks |= ((differs >>> 15) * TOGETHER >>> 48) << step * LANES;
        }
        return marks;
    }
}
