package io.lota4j.merge.method;

import java.util.Arrays;

/// How often each digit of the magnitudes occurs among those whose leading bits are known.
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
    void count(float[] values, int size, int known, int high, int low) {
        int mask = (1 << (high - low)) - 1;
        for (int i = 0; i < size; i++) {
            int magnitude = Cut.magnitude(values[i]);
            if (magnitude >>> high == known) {
                counts[(magnitude >>> low) & mask]++;
            }
        }
    }

    void add(Histogram other) {
        for (int digit = 0; digit < counts.length; digit++) {
            counts[digit] += other.counts[digit];
        }
    }

    void add(int digit, long more) {
        counts[digit] += more;
    }

    long at(int digit) {
        return counts[digit];
    }

    /// How many were counted from a digit on.
    long from(int digit) {
        return Arrays.stream(counts, digit, counts.length).sum();
    }
}
