package io.lota4j.internal.merge;

import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.mask.IndexBits;
import io.lota4j.internal.ticket.ExactValues;
import java.util.Optional;

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
        /// There may be more past the tensor's end.
        Optional<IndexBits> support();

        /// Weights of the support that base + delta does not give, as they become where nothing else changes them.
        default Optional<ExactValues> exact() {
            return Optional.empty();
        }

        /// Reads the deltas at the elements of the support within a range, in ascending order.
        ///
        /// @param from flat, row-major index where the range begins
        /// @param count its length, at most that of `values`
        /// @param marks filled with a bit for each element of the range, as [IndexBits#read] does
        /// @param values filled with the deltas of those in the support
        /// @return how many these are
        default int entries(long from, int count, long[] marks, float[] values) {
            support().orElseThrow().read(from, count, marks);
            float[] all = new float[count];
            read(from, count, all);
            int found = 0;
            for (int i = 0; i < count; i++) {
                if ((marks[i / Long.SIZE] >>> i & 1) != 0) {
                    values[found++] = all[i];
                }
            }
            return found;
        }
    }
}
