package io.lota4j.internal.merge.method;

import io.lota4j.internal.merge.Piece;
import io.lota4j.internal.merge.TensorPieces;

/// Multiplies what another trim keeps of a tensor so that its magnitudes add to what they did before:
/// `t_i sum|d_i| / sum|t_i|`. mergekit's way of rescaling; sums of next to nothing are left alone.
///
/// @param trim what is kept
record MagnitudeRescaling(Trim trim) implements Trim {
    static final String RESCALE = "rescale";

    private static final double LEAST = 1e-7;

    @Override
    public Kept prepare(TensorPieces tensor) {
        Kept kept = trim.prepare(tensor);
        if (!tensor.task().settings().flag(RESCALE)) {
            return kept;
        }
        float[] factors = factors(tensor, kept);
        return (piece, model) -> {
            float[] values = kept.of(piece, model);
            if (factors[model] == 1) {
                return values;
            }
            float[] rescaled = piece.scratch(model);
            for (int i = 0; i < piece.size(); i++) {
                rescaled[i] = values[i] * factors[model];
            }
            return rescaled;
        };
    }

    private static float[] factors(TensorPieces tensor, Kept kept) {
        int models = tensor.models();
        Lanes[] sums = tensor.fold(
                () -> Lanes.zeros(2 * models), (lanes, piece) -> add(lanes, piece, kept, models), Lanes::addAll);
        float[] factors = new float[models];
        for (int m = 0; m < models; m++) {
            factors[m] = factor(tensor, m, sums[m].sum(), sums[models + m].sum());
        }
        return factors;
    }

    private static void add(Lanes[] lanes, Piece piece, Kept kept, int models) {
        for (int m = 0; m < models; m++) {
            lanes[m].addMagnitudes(piece, piece.operand(m));
            lanes[models + m].addMagnitudes(piece, kept.of(piece, m));
        }
    }

    private static float factor(TensorPieces tensor, int model, double before, double after) {
        if (!Double.isFinite(before)) {
            throw NotFinite.in(tensor, model);
        }
        return before < LEAST || after < LEAST ? 1 : (float) (before / after);
    }
}
