package io.lota4j.internal.merge.method;

import io.lota4j.internal.merge.Piece;
import io.lota4j.internal.merge.TensorPieces;

/// How much each weight of a model matters: its distance from the base's times the divergence of its row's
/// softmax from the base's.
///
/// @param divergences by row
/// @param rowLength of the tensor
@SuppressWarnings("ArrayRecordComponent") // Made once for a tensor and never compared.
record Importance(float[] divergences, long rowLength) implements Trim.Kept {
    /// What is added to each probability.
    private static final double LEAST = 1e-8;

    static Importance of(TensorPieces tensor) {
        long length = Math.max(1, tensor.rowLength());
        float[] divergences = new float[Math.toIntExact(tensor.numel() / length)];
        // Each row is in one piece, so that no two threads write the same.
        tensor.fold(
                () -> divergences,
                (all, piece) -> PieceRows.each(
                        piece, length, (from, to) -> all[row(piece, from, length)] = divergence(piece, from, to)),
                (all, next) -> {});
        return new Importance(divergences, length);
    }

    private static int row(Piece piece, int i, long length) {
        return (int) ((piece.first() + piece.offsets()[i]) / length);
    }

    private static float divergence(Piece piece, int from, int to) {
        float[] model = piece.operand(0);
        float[] base = piece.base();
        double modelShift = logSum(model, from, to);
        double baseShift = logSum(base, from, to);
        double sum = 0;
        for (int i = from; i < to; i++) {
            double p = Math.exp(model[i] - modelShift) + LEAST;
            double q = Math.exp(base[i] - baseShift) + LEAST;
            sum += p * Math.log(p / q);
        }
        // It is not negative; the computed one may be.
        return (float) Math.max(0, sum);
    }

    private static double logSum(float[] values, int from, int to) {
        double largest = Double.NEGATIVE_INFINITY;
        for (int i = from; i < to; i++) {
            largest = Math.max(largest, values[i]);
        }
        double sum = 0;
        for (int i = from; i < to; i++) {
            sum += Math.exp(values[i] - largest);
        }
        return largest + Math.log(sum);
    }

    @Override
    public float[] of(Piece piece, int model) {
        float[] scores = piece.scratch(0);
        float[] weights = piece.operand(0);
        float[] base = piece.base();
        PieceRows.each(piece, rowLength, (from, to) -> {
            float divergence = divergences[row(piece, from, rowLength)];
            for (int i = from; i < to; i++) {
                scores[i] = Math.abs(weights[i] - base[i]) * divergence;
            }
        });
        return scores;
    }
}
