package io.lota4j.merge;

import java.util.Arrays;
import java.util.List;

/// Reads the deltas of the elements that some model may change.
final class SparseReader implements PieceReader {
    private final List<ModelTensor.Delta> models;
    private final int[][] offsets;
    private final float[][] values;
    private final int[] counts;
    private final Union union;

    /// @param span the longest range
    SparseReader(List<ModelTensor.Delta> models, int span) {
        this.models = models;
        offsets = new int[models.size()][span];
        values = new float[models.size()][span];
        counts = new int[models.size()];
        union = new Union(span);
    }

    @Override
    public void read(long first, int span, Piece piece) {
        for (int m = 0; m < counts.length; m++) {
            counts[m] = models.get(m).entries(first, span, offsets[m], values[m]);
            union.add(offsets[m], counts[m]);
        }
        int size = union.drainTo(piece.offsets());
        piece.become(first, size, false);
        for (int m = 0; m < counts.length; m++) {
            float[] operand = piece.operand(m);
            Arrays.fill(operand, 0, size, 0);
            for (int entry = 0; entry < counts[m]; entry++) {
                operand[union.place(offsets[m][entry])] = values[m][entry];
            }
        }
    }
}
