package io.lota4j.internal.merge.method;

import java.util.Arrays;

/// Ranks of magnitudes within a row, smallest first and equal ones in their order. Buckets narrow a rank down,
/// which mostly is all that is needed, and a bucket is sorted once one of its ranks is asked for.
final class RowRanks {
    /// The most leading bits of the mantissa that buckets tell apart; of a short row, fewer, so that there are not
    /// many more buckets than elements.
    private static final int MOST_BITS = 8;

    /// How far below the row's largest magnitude buckets reach, in powers of two, as a number of bits.
    private static final int POWER_BITS = 4;

    private final int[] ends;
    private final boolean[] sorted;
    private final long[] keys;
    private final int shift;
    private final int lowest;
    private final long absent;

    private RowRanks(float[] deltas, int count, long length) {
        int bits = Math.clamp(Integer.SIZE - Integer.numberOfLeadingZeros(count) - POWER_BITS, 0, MOST_BITS);
        int buckets = 1 << (POWER_BITS + bits);
        ends = new int[buckets + 1];
        sorted = new boolean[buckets];
        keys = new long[count];
        shift = Float.PRECISION - 1 - bits;
        absent = length - count;
        lowest = (largest(deltas, count) >>> shift) - buckets + 1;
        fill(deltas, count);
    }

    /// @param row its deltas that are not zero
    /// @param length of the row with those that are
    static RowRanks of(NonZeros row, long length) {
        return new RowRanks(row.values(), row.count(), length);
    }

    private void fill(float[] deltas, int count) {
        for (int i = 0; i < count; i++) {
            ends[bucket(TrimThreshold.magnitude(deltas[i])) + 1]++;
        }
        for (int bucket = 1; bucket < ends.length; bucket++) {
            ends[bucket] += ends[bucket - 1];
        }
        // Filling a bucket moves its beginning to its end, which is where the next one began.
        for (int i = 0; i < count; i++) {
            int magnitude = TrimThreshold.magnitude(deltas[i]);
            keys[ends[bucket(magnitude)]++] = key(magnitude, i);
        }
    }

    private static int largest(float[] deltas, int count) {
        int largest = 0;
        for (int i = 0; i < count; i++) {
            largest = Math.max(largest, TrimThreshold.magnitude(deltas[i]));
        }
        return largest;
    }

    private static long key(int magnitude, int index) {
        return (long) magnitude << Integer.SIZE | index;
    }

    private int bucket(int magnitude) {
        return Math.max(0, (magnitude >>> shift) - lowest);
    }

    private int start(int bucket) {
        return bucket == 0 ? 0 : ends[bucket - 1];
    }

    /// A bound that needs no sorting.
    ///
    /// @return a rank that is at most that of this magnitude
    long least(float delta) {
        return absent + start(bucket(TrimThreshold.magnitude(delta)));
    }

    /// A bound that needs no sorting.
    ///
    /// @return a rank that is at least that of this magnitude
    long most(float delta) {
        return absent + ends[bucket(TrimThreshold.magnitude(delta))] - 1;
    }

    /// The rank of an element, from 0.
    ///
    /// @param index in the array of deltas
    long rank(float delta, int index) {
        int magnitude = TrimThreshold.magnitude(delta);
        int bucket = bucket(magnitude);
        int start = start(bucket);
        if (!sorted[bucket]) {
            Arrays.sort(keys, start, ends[bucket]);
            sorted[bucket] = true;
        }
        return absent + Arrays.binarySearch(keys, start, ends[bucket], key(magnitude, index));
    }
}
