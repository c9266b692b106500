package io.lota4j.merge;

import io.lota4j.checkpoint.Shape;
import java.util.Optional;
import org.roaringbitmap.PeekableIntIterator;
import org.roaringbitmap.RoaringBitmap;

/// What one model of a merge has for one tensor. Safe for use by many threads.
public sealed interface ModelTensor {
    /// The tensor's shape.
    Shape shape();

    /// Reads elements as F32.
    ///
    /// @param from flat, row-major index of the first
    /// @param count how many, at most the array's length
    /// @param into filled from its start
    void read(long from, int count, float[] into);

    /// The model's own weights, as a checkpoint has them.
    non-sealed interface Weights extends ModelTensor {}

    /// What a ticket or an adapter adds to the base's weights.
    non-sealed interface Delta extends ModelTensor {
        /// The flat indices outside of which all deltas are zero; empty when they are not known to be few.
        Optional<RoaringBitmap> support();

        /// Reads the deltas at the elements of the support within a range, in ascending order.
        ///
        /// @param from flat, row-major index where the range begins
        /// @param count its length, at most that of the arrays
        /// @param offsets filled with the elements' indices less `from`
        /// @param values filled with their deltas
        /// @return how many there are
        default int entries(long from, int count, int[] offsets, float[] values) {
            float[] all = new float[count];
            read(from, count, all);
            PeekableIntIterator indices = support().orElseThrow().getIntIterator();
            // Indices are unsigned ints.
            indices.advanceIfNeeded((int) from);
            int found = 0;
            while (indices.hasNext() && Integer.toUnsignedLong(indices.peekNext()) < from + count) {
                offsets[found] = indices.next() - (int) from;
                values[found] = all[offsets[found]];
                found++;
            }
            return found;
        }
    }
}
