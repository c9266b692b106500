package io.lota4j.merge.source;

import io.lota4j.checkpoint.Shape;
import io.lota4j.merge.ModelTensor;
import java.util.Arrays;
import java.util.Optional;
import org.roaringbitmap.BatchIterator;
import org.roaringbitmap.RoaringBitmap;

/// A delta that is zero but for a set of indices.
///
/// @param shape of the tensor
/// @param index flat row-major indices, never to be changed
/// @param values one for each index, in their order
record SparseDelta(Shape shape, RoaringBitmap index, Elements values) implements ModelTensor.Delta {
    /// Indices taken at once: a range of a merge holds some hundreds or thousands, and those past its end are wasted.
    private static final int BATCH = 256;

    /// A delta that changes nothing.
    static SparseDelta none(Shape shape) {
        return new SparseDelta(shape, new RoaringBitmap(), Elements.of(new float[0]));
    }

    @Override
    public Optional<RoaringBitmap> support() {
        return Optional.of(index);
    }

    @Override
    public int entries(long from, int count, int[] offsets, float[] deltas) {
        int found = offsets(from, count, offsets);
        values.read(rank(from), found, deltas);
        return found;
    }

    @Override
    public void read(long from, int count, float[] into) {
        int size = Math.toIntExact(rank(from + count) - rank(from));
        int[] offsets = new int[size];
        float[] deltas = new float[size];
        entries(from, count, offsets, deltas);
        Arrays.fill(into, 0, count, 0);
        for (int i = 0; i < size; i++) {
            into[offsets[i]] = deltas[i];
        }
    }

    /// How many indices are below one.
    private long rank(long end) {
        return end == 0 ? 0 : index.rankLong(Math.toIntExact(end - 1));
    }

    private int offsets(long from, int count, int[] offsets) {
        BatchIterator indices = index.getBatchIterator();
        indices.advanceIfNeeded(Math.toIntExact(from));
        int[] batch = new int[BATCH];
        int found = 0;
        while (indices.hasNext()) {
            int size = indices.nextBatch(batch);
            for (int i = 0; i < size; i++) {
                if (batch[i] - from >= count) {
                    return found;
                }
                offsets[found++] = (int) (batch[i] - from);
            }
        }
        return found;
    }
}
