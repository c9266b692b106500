package io.lota4j.internal.train;

import java.io.Serializable;
import java.util.BitSet;
import java.util.stream.IntStream;

/// Which of several parts of a weight, all of one size, have a gradient.
///
/// @param count of the parts
public record ReachedParts(int count, BitSet reached) implements Serializable {
    static ReachedParts none(int count) {
        return new ReachedParts(count, new BitSet(count));
    }

    /// Adds those that tokens went through.
    void add(long[] tokens) {
        IntStream.range(0, tokens.length).filter(part -> tokens[part] > 0).forEach(reached::set);
    }
}
