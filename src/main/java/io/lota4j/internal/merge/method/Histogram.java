package io.lota4j.internal.merge.method;

import java.util.Arrays;

/// How often each digit of the magnitudes occurs among those whose leading bits are known. Zeros are not counted.
final class Histogram {
    private final long[] counts;

    /// @param bins digits there are
    Histogram(int bins) {
        counts = new long[bins];
    }

    /// Counts some values.
    ///
    /// @param known the leading bits
    /// @param high how many bits follow them
    /// @param low how many bits follow the digit
    /// @param room for as many magnitudes as there are values
    void count(float[] values, int size, int known, int high, int low, int[] room) {
        int found = select(values, size, known, high, room);
        int mask = (1 << (high - low)) - 1;
        for (int i = 0; i < found; i++) {
            counts[(room[i] >>> low) & mask]++;
        }
    }

    /// Written always, kept only if it is to be counted: mostly it is not, and counting alike ones after each other is
    /// slow, as each count waits for the one before.
    private static int select(float[] values, int size, int known, int high, int[] room) {
        int found = 0;
        for (int i = 0; i < size; i++) {
            int magnitude = TrimThreshold.magnitude(values[i]);
            room[found] = magnitude;
            // Both are negative for a magnitude with the known bits that is not 0.
            found += ((magnitude >>> high ^ known) - 1 & -magnitude) >>> (Integer.SIZE - 1);
        }
        return found;
    }

    /// Adds what another counted, and is returned.
    Histogram plus(Histogram other) {
        for (int digit = 0; digit < counts.length; digit++) {
            counts[digit] += other.counts[digit];
        }
        return this;
    }

    long at(int digit) {
        return counts[digit];
    }

    /// How many were counted from a digit on.
    long from(int digit) {
        return Arrays.stream(counts, digit, counts.length).sum();
    }
}
