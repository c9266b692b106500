package io.lota4j.internal.merge.method;

import io.lota4j.internal.merge.Piece;

/// The rows of a piece that holds whole ones.
final class PieceRows {
    private PieceRows() {}

    /// Something done with a row.
    @FunctionalInterface
    interface Visitor {
        /// @param from the row's first element in the piece
        /// @param to after its last
        void visit(int from, int to);
    }

    /// Visits the rows that have elements.
    ///
    /// @param length of a row in the tensor
    static void each(Piece piece, long length, Visitor visitor) {
        int from = 0;
        while (from < piece.size()) {
            long row = (piece.first() + piece.offsets()[from]) / length;
            int to = piece.before((row + 1) * length);
            visitor.visit(from, to);
            from = to;
        }
    }

    /// A dot product in F64, summed from first to last.
    static double product(float[] a, float[] b, int from, int to) {
        double sum = 0;
        for (int i = from; i < to; i++) {
            sum += (double) a[i] * b[i];
        }
        return sum;
    }
}
