package io.lota4j.ticket;

import io.lota4j.checkpoint.DType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// Compares 64 elements of 16 bits at a time, four in each step, without a branch for any: which elements of a
/// fine-tuned model changed cannot be predicted.
///
/// @param exponent the bits of an element's exponent, in each of the four
/// @param lowest the lowest of them
record WordCompare(long exponent, long lowest) {
    /// The result where the bits alone do not tell: a sign that changed may be that of a zero, and numbers that are
    /// not finite differ from themselves.
    static final long UNKNOWN = -1;

    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final int STEPS = Long.SIZE * Short.BYTES / Long.BYTES;
    private static final int LANES = Long.BYTES / Short.BYTES;
    private static final long EACH = 0x0001_0001_0001_0001L;
    private static final long SIGN = 0x8000_8000_8000_8000L;
    /// A product with it has the lowest bits of the four elements side by side, from bit 48 on.
    private static final long TOGETHER = 1L << 48 | 1L << 33 | 1L << 18 | 1L << 3;

    /// @param dtype BF16 or F16
    static WordCompare of(DType dtype) {
        long exponent = dtype == DType.BF16 ? 0x7F80 : 0x7C00;
        return new WordCompare(exponent * EACH, Long.lowestOneBit(exponent) * EACH);
    }

    /// A bit for each of 64 elements that differs, lowest first, or [#UNKNOWN]: then, or when all differ, they must be
    /// compared one by one.
    ///
    /// @param from the first element
    long differing(MemorySegment base, MemorySegment tuned, long from) {
        long marks = 0;
        long doubts = 0;
        for (int step = 0; step < STEPS; step++) {
            long at = from * Short.BYTES + step * Long.BYTES;
            long old = base.get(LONG, at);
            long bits = old ^ tuned.get(LONG, at);
            long differs = (bits & ~SIGN) + ~SIGN & SIGN;
            doubts |= bits & SIGN & ~differs | (old & exponent) + lowest & SIGN;
            marks |= ((differs >>> 15) * TOGETHER >>> 48) << step * LANES;
        }
        return doubts == 0 ? marks : UNKNOWN;
    }
}
