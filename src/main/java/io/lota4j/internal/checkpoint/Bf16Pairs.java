package io.lota4j.internal.checkpoint;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// BF16 to F32 and back, two elements at a time.
///
/// A pair of one is as wide as one of the other's elements, so that loads, arithmetic and stores are of one width for
/// each side and the compiler makes vectors of them, which it does not for 16 bits beside 32.
final class Bf16Pairs {
    private static final ValueLayout.OfInt NARROW = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong WIDE = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private static final long LOW = 0xFFFF_FFFFL;
    private static final long UPPER_OF_LOW = 0xFFFF_0000L;
    private static final long SIGNS = 0x8000_0000_8000_0000L;

    /// What carries a NaN's magnitude, and no other's, into the sign.
    private static final long PAST_INFINITY = 0x007F_FFFF_007F_FFFFL;

    private Bf16Pairs() {}

    static void widen(MemorySegment bf16, MemorySegment f32, int pairs) {
        for (int i = 0; i < pairs; i++) {
            long pair = bf16.get(NARROW, (long) i * NARROW.byteSize());
            f32.set(WIDE, (long) i * WIDE.byteSize(), pair << 16 & UPPER_OF_LOW | pair >>> 16 << 48);
        }
    }

    /// Rounds to nearest, ties to even. There must be no NaN.
    static void narrow(MemorySegment f32, MemorySegment bf16, int pairs) {
        for (int i = 0; i < pairs; i++) {
            long pair = f32.get(WIDE, (long) i * WIDE.byteSize());
            long low = rounded(pair & LOW) >>> 16;
            long high = rounded(pair >>> Integer.SIZE) & UPPER_OF_LOW;
            bf16.set(NARROW, (long) i * NARROW.byteSize(), (int) (low | high));
        }
    }

    private static long rounded(long bits) {
        return bits + 0x7FFF + (bits >>> 16 & 1);
    }

    static boolean hasNaN(MemorySegment f32, int pairs) {
        long carried = 0;
        for (int i = 0; i < pairs; i++) {
            carried |= (f32.get(WIDE, (long) i * WIDE.byteSize()) & ~SIGNS) + PAST_INFINITY;
        }
        return (carried & SIGNS) != 0;
    }
}
