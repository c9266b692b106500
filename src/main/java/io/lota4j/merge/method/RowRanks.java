package io.lota4j.merge.method;

import java.util.Arrays;

/// Ranks of magnitudes within a row, smallest first and equal ones in their order. Buckets narrow a rank down,
/// which mostly is all that is needed, and a bucket is sorted once one of its ranks is asked for.
final class RowRanks {
    /// Leading bits of the mantissa that buckets tell apart.
    private static final int MANTISSA_BITS = 8;

    private static final int SHIFT = 23 - MANTISSA_BITS;

    /// How far below the row's largest magnitude buckets reach: 16 powers of two.
    private static final int BUCKETS = 16 << MANTISSA_BITS;

    private final int[] ends = new int[BUCKETS + 1];
    private final boolean[] sorted = new boolean[BUCKETS];
    private final long[] keys;
    private int lowest;
    private long absent;

    /// @param capacity the most elements of a row
    RowRanks(int capacity) {
        keys = new long[capacity];
    }

    /// Begins a row.
    ///
    /// @param deltas holds the row's from one index to before another; zeros may be absent
    /// @param length of the row with those that are absent
    void begin(float[] deltas, int from, int to, long length) {
        absent = length - (to - from);
        Arrays.fill(ends, 0);
        Arrays.fill(sorted, false);
        lowest = (largest(deltas, from, to) >>> SHIFT) - BUCKETS + 1;
        for (int i = from; i < to; i++) {
            ends[bucket(Cut.magnitude(deltas[i])) + 1]++;
        }
        for (int bucket = 0; bucket < BUCKETS; bucket++) {
            ends[bucket + 1] += ends[bucket];
        }
        // Filling a bucket moves its beginning to its end, which is where the next one began.
        for (int i = from; i < to; i++) {
            long key = key(Cut.magnitude(deltas[i]), i);
            keys[ends[bucket((int) (key >>> Integer.SIZE))]++] = key;
        }
    }

    private static int largest(float[] deltas, int from, int to) {
        int largest = 0;
        for (int i = from; i < to; i++) {
            largest = Math.max(largest, Cut.magnitude(deltas[i]));
        }
        return largest;
    }

    private static long key(int magnitude, int index) {
        return (long) magnitude << Integer.SIZE | index;
    }

    private int bucket(int magnitude) {
        return Math.max(0, (magnitude >>> SHIFT) - lowest);
    }

    private int start(int bucket) {
        return bucket == 0 ? 0 : ends[bucket - 1];
    }

    /// A bound that needs no sorting.
    ///
    /// @return a rank that is at most that of this magnitude
    long least(float delta) {
        return absent + start(bucket(Cut.magnitude(delta)));
    }

    /// A bound that needs no sorting.
    ///
    /// @return a rank that is at least that of this magnitude
    long most(float delta) {
        return absent + ends[bucket(Cut.magnitude(delta))] - 1;
    }

    /// The rank of an element, from 0.
    ///
    /// @param index in the array of deltas
    long rank(float delta, int index) {
        int magnitude = Cut.magnitude(delta);
        int bucket = bucket(magnitude);
        int start = start(bucket);
        if (!sorted[bucket]) {
            Arrays.sort(keys, start, ends[bucket]);
            sorted[bucket] = true;
        }
        return absent + Arrays.binarySearch(keys, start, ends[bucket], key(magnitude, index));
    }
}
