package io.lota4j.internal.merge;

import io.lota4j.internal.mask.IndexBits;
import java.util.Arrays;
import java.util.List;

/// Reads the deltas of the elements that some model may change.
final class SparseReader implements PieceReader {
    private final List<ModelTensor.Delta> models;
    private final long[][] marks;
    private final float[][] values;
    private final SupportUnion union;

    /// @param span the longest range
    SparseReader(List<ModelTensor.Delta> models, int span) {
        this.models = models;
        marks = new long[models.size()][IndexBits.words(span)];
        values = new float[models.size()][span];
        union = new SupportUnion(span);
    }

    @Override
    public void read(long first, int span, Piece piece) {
        union.clear(span);
        for (int m = 0; m < marks.length; m++) {
            piece.entries(m, models.get(m).entries(first, span, marks[m], values[m]));
            union.add(marks[m]);
        }
        int size = union.count();
        piece.become(first, span, union);
        for (int m = 0; m < marks.length; m++) {
            union.place(marks[m], piece.places(m));
            float[] operand = piece.operand(m);
            Arrays.fill(operand, 0, size, 0);
            scatter(values[m], piece.places(m), piece.entries(m), operand);
        }
    }

    private static void scatter(float[] values, int[] places, int count, float[] operand) {
        for (int entry = 0; entry < count; entry++) {
            operand[places[entry]] = values[entry];
        }
    }

    @Override
    public int size(long first, int span) {
        union.clear(span);
        for (int m = 0; m < marks.length; m++) {
            models.get(m).support().orElseThrow().read(first, span, marks[m]);
            union.add(marks[m]);
        }
        return union.count();
    }
}
