package io.lota4j.internal.merge.source;

import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.checkpoint.Elements;
import io.lota4j.internal.mask.IndexBits;
import io.lota4j.internal.merge.ModelTensor;
import io.lota4j.internal.ticket.ExactValues;
import java.util.Arrays;
import java.util.Optional;
import org.roaringbitmap.RoaringBitmap;

/// A delta that is zero but for a set of indices.
///
/// @param shape of the tensor
/// @param index flat row-major indices, never to be changed
/// @param values one for each index, in their order
/// @param exact weights that adding them does not give
record SparseDelta(Shape shape, IndexBits index, Elements values, Optional<ExactValues> exact)
        implements ModelTensor.Delta {
    SparseDelta(Shape shape, IndexBits index, Elements values) {
        this(shape, index, values, Optional.empty());
    }

    /// A delta that changes nothing.
    static SparseDelta none(Shape shape) {
        return new SparseDelta(shape, IndexBits.of(new RoaringBitmap()), Elements.of(new float[0]));
    }

    @Override
    public Optional<IndexBits> support() {
        return Optional.of(index);
    }

    @Override
    public int entries(long from, int count, long[] marks, float[] deltas) {
        index.read(from, count, marks);
        int found = 0;
        for (int word = 0; word < IndexBits.words(count); word++) {
            found += Long.bitCount(marks[word]);
        }
        values.read(index.rank(from), found, deltas);
        return found;
    }

    @Override
    public void read(long from, int count, float[] into) {
        long[] marks = new long[IndexBits.words(count)];
        float[] deltas = new float[Math.toIntExact(index.rank(from + count) - index.rank(from))];
        entries(from, count, marks, deltas);
        Arrays.fill(into, 0, count, 0);
        int next = 0;
        for (int word = 0; word < marks.length; word++) {
            for (long left = marks[word]; left != 0; left &= left - 1) {
                into[word * Long.SIZE + Long.numberOfTrailingZeros(left)] = deltas[next++];
            }
        }
    }
}
