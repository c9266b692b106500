package io.lota4j.internal.train;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// How many updates a trained weight has had, or each of several parts of it that are moved apart.
///
/// What an optimizer corrects by the number of steps goes by these, as in PyTorch, which counts the steps of every
/// parameter and passes over one without a gradient: a step in which no token went through an expert is none of the
/// expert's steps.
public final class Updates {
    private long[] counts = {0};

    /// How many parts are counted apart.
    int parts() {
        return counts.length;
    }

    /// The parts that a step moves.
    ///
    /// @param reached which of the weight's parts; null for all of it
    IntStream moved(@Nullable ReachedParts reached) {
        if (reached == null) {
            return IntStream.range(0, counts.length);
        }
        if (counts.length != reached.count()) {
            set(longs(reached.count(), counts[0]));
        }
        return reached.reached().stream();
    }

    /// Counts one more update.
    ///
    /// @return its number: 1, 2, …
    long next(int part) {
        return ++counts[part];
    }

    /// Whether every part had one update in each of so many steps.
    public boolean areAll(long steps) {
        return Arrays.stream(counts).allMatch(count -> count == steps);
    }

    /// One a part.
    public long[] counts() {
        return counts.clone();
    }

    public void set(long... values) {
        counts = values.clone();
    }

    private static long[] longs(int size, long value) {
        long[] values = new long[size];
        Arrays.fill(values, value);
        return values;
    }
}
