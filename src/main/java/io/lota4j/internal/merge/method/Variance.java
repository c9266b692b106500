package io.lota4j.internal.merge.method;

import io.lota4j.internal.merge.Piece;
import io.lota4j.internal.merge.TensorPieces;

/// How much the models' deltas vary: for each element the mean square of their distances from their mean.
///
/// @param models how many there are
record Variance(int models) implements Trim.Kept {
    @Override
    public float[] of(Piece piece, int model) {
        float[] variances = piece.scratch(models + 2);
        for (int i = 0; i < piece.size(); i++) {
            variances[i] = at(piece, i);
        }
        return variances;
    }

    private float at(Piece piece, int i) {
        double mean = 0;
        for (int m = 0; m < models; m++) {
            mean += piece.operand(m)[i];
        }
        mean /= models;
        double squares = 0;
        for (int m = 0; m < models; m++) {
            double distance = piece.operand(m)[i] - mean;
            squares += distance * distance;
        }
        return (float) (squares / models);
    }

    /// At how many elements of a tensor the models differ.
    long nonZero(TensorPieces tensor) {
        return tensor.fold(
                        () -> new long[1],
                        (count, piece) -> count[0] += nonZero(of(piece, 0), piece.size()),
                        (count, next) -> count[0] += next[0])[0];
    }

    private static long nonZero(float[] values, int size) {
        long count = 0;
        for (int i = 0; i < size; i++) {
            count += values[i] != 0 ? 1 : 0;
        }
        return count;
    }
}
