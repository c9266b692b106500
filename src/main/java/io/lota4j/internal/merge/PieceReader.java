package io.lota4j.internal.merge;

/// Reads what all models have in a range of a tensor. Belongs to one thread.
interface PieceReader {
    /// @param first flat index
    /// @param span how many elements of the tensor
    void read(long first, int span, Piece piece);

    /// How many elements that piece has.
    int size(long first, int span);
}
