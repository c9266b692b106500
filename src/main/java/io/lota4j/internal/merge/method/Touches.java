package io.lota4j.internal.merge.method;

import io.lota4j.internal.merge.Piece;
import java.util.Arrays;

/// Which models touch an element: those whose delta is larger than epsilon.
///
/// @param models how many there are
record Touches(int models, float epsilon) {
    /// The mean of the deltas that touch an element, or the one that does times its model's factor.
    void merge(Piece piece, float[] alone, float[] merged) {
        float[] counts = counts(piece);
        Arrays.fill(merged, 0, piece.size(), 0);
        for (int m = 0; m < models; m++) {
            add(piece.operand(m), counts, alone[m], merged, piece.size());
        }
    }

    private void add(float[] deltas, float[] counts, float alone, float[] merged, int size) {
        for (int i = 0; i < size; i++) {
            if (Math.abs(deltas[i]) > epsilon) {
                merged[i] += counts[i] == 1 ? deltas[i] * alone : deltas[i] / counts[i];
            }
        }
    }

    /// How many models touch each element, in one of the piece's arrays.
    private float[] counts(Piece piece) {
        float[] counts = piece.scratch(0);
        Arrays.fill(counts, 0, piece.size(), 0);
        for (int m = 0; m < models; m++) {
            float[] deltas = piece.operand(m);
            for (int i = 0; i < piece.size(); i++) {
                counts[i] += Math.abs(deltas[i]) > epsilon ? 1 : 0;
            }
        }
        return counts;
    }

    /// Adds up how many elements each model touches alone and, behind those, with others.
    void count(long[] aloneThenShared, Piece piece) {
        float[] counts = counts(piece);
        for (int m = 0; m < models; m++) {
            float[] deltas = piece.operand(m);
            for (int i = 0; i < piece.size(); i++) {
                if (Math.abs(deltas[i]) > epsilon) {
                    aloneThenShared[counts[i] == 1 ? m : models + m]++;
                }
            }
        }
    }
}
