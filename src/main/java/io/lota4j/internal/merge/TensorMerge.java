package io.lota4j.internal.merge;

/// A tensor's merge, once what has to be known of the whole tensor is known. Safe for use by many threads.
@FunctionalInterface
public interface TensorMerge {
    /// Merges some elements. What comes out for one does not depend on which others are in the piece.
    ///
    /// @param piece of the tensor that the merge was prepared for
    /// @param merged gets a value for each element: a delta where the piece has deltas, otherwise a weight
    void merge(Piece piece, float[] merged);
}
