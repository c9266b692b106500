package io.lota4j.internal.mask;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;

/// Finds the k-th largest magnitude among floats that are read in several passes, in memory that does not grow with
/// them.
///
/// The bits of non-negative floats are ordered as the floats are. So each pass counts, among the values whose leading
/// bits are known already, how often each value of the next digit occurs, and then the digit of the k-th largest is
/// known:
///
/// ```
/// var select = new RadixSelect(count, k);
/// while (!select.done()) {
///     for (piece : values) select.count(piece);
///     select.descend();
/// }
/// ```
final class RadixSelect {
    private static final int MAGNITUDE_BITS = 31;

    /// From so many values on, two passes with a large histogram are faster than four with a small one.
    private static final int MANY = 1 << 16;

    private static final int LARGE_DIGIT = 16;
    private static final int SMALL_DIGIT = 8;

    private static final ValueLayout.OfInt BITS = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final int digitBits;
    private final long[] histogram;
    private int unknownBits = MAGNITUDE_BITS;
    private int known;
    private long rank;

    /// Begins to look for the k-th largest.
    ///
    /// @param values how many there are
    /// @param k 1 (the largest) to the number of values
    RadixSelect(long values, long k) {
        digitBits = values < MANY ? SMALL_DIGIT : LARGE_DIGIT;
        histogram = new long[1 << digitBits];
        rank = k;
    }

    /// The magnitude of a float as an int that is ordered as the magnitudes are; not negative.
    static int magnitude(MemorySegment floats, long index) {
        return floats.get(BITS, index * Float.BYTES) & Integer.MAX_VALUE;
    }

    /// Whether [#threshold()] and [#rankAmongEqual()] are known.
    boolean done() {
        return unknownBits == 0;
    }

    /// Counts some of the values of one pass.
    void count(MemorySegment floats) {
        long values = floats.byteSize() / Float.BYTES;
        int high = unknownBits;
        int low = lowestBit();
        int mask = (1 << (high - low)) - 1;
        int prefix = known;
        for (long i = 0; i < values; i++) {
            int magnitude = magnitude(floats, i);
            if (magnitude >>> high == prefix) {
                histogram[(magnitude >>> low) & mask]++;
            }
        }
    }

    /// Ends a pass in which all values were counted.
    void descend() {
        int low = lowestBit();
        int digit = (1 << (unknownBits - low)) - 1;
        while (rank > histogram[digit]) {
            rank -= histogram[digit];
            digit--;
        }
        known = (known << (unknownBits - low)) | digit;
        unknownBits = low;
        Arrays.fill(histogram, 0);
    }

    private int lowestBit() {
        return Math.max(0, unknownBits - digitBits);
    }

    /// The k-th largest magnitude.
    int threshold() {
        return known;
    }

    /// The place of the k-th largest among the values equal to it: 1 when all others are beyond the first k.
    long rankAmongEqual() {
        return rank;
    }
}
