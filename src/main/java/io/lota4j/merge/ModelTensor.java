package io.lota4j.merge;

import io.lota4j.checkpoint.Shape;
import java.util.Optional;
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
    }
}
