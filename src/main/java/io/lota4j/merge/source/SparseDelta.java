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
    private static final int BATCH = 4096;

    /// A delta that changes nothing.
    static SparseDelta none(Shape shape) {
        return new SparseDelta(shape, new RoaringBitmap(), Elements.of(new float[0]));
    }

    @Override
    public Optional<RoaringBitmap> support() {
        return Optional.of(index);
    }

    @Override
    public void read(long from, int count, float[] into) {
        Arrays.fill(into, 0, count, 0);
        long position = from == 0 ? 0 : index.rankLong(Math.toIntExact(from - 1));
        BatchIterator indices = index.getBatchIterator();
        indices.advanceIfNeeded(Math.toIntExact(from));
        int[] batch = new int[BATCH];
        float[] batchValues = new float[BATCH];
        boolean goesOn = indices.hasNext();
        while (goesOn) {
            int size = indices.nextBatch(batch);
            int inRange = below(from + count, batch, size);
            values.read(position, inRange, batchValues);
            for (int i = 0; i < inRange; i++) {
                into[(int) (batch[i] - from)] = batchValues[i];
            }
            position += inRange;
            goesOn = inRange == size && indices.hasNext();
        }
    }

    /// How many of the ascending indices are below an end.
    private static int below(long end, int[] indices, int size) {
        if (size == 0 || indices[size - 1] < end) {
            return size;
        }
        int found = Arrays.binarySearch(indices, 0, size, (int) end);
        return found < 0 ? -found - 1 : found;
    }
}
