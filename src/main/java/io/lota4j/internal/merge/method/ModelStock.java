package io.lota4j.internal.merge.method;

import io.lota4j.internal.merge.Merger;
import io.lota4j.internal.merge.Parameter;
import io.lota4j.internal.merge.Piece;
import io.lota4j.internal.merge.TensorMerge;
import io.lota4j.internal.merge.TensorPieces;
import io.lota4j.merge.Compat;
import java.util.List;

/// Model stock ([arXiv 2403.19522](https://arxiv.org/abs/2403.19522)): `t mean_i x_i + (1 - t) b` with
/// `t = n c / (1 + (n - 1) c)` and c the mean cosine between two models' deltas; for a tensor or, filter-wise,
/// each row.
final class ModelStock extends AbstractMethod {
    private static final String FILTER_WISE = "filter_wise";

    /// The least product of two lengths that is divided by.
    private static final double SHORT = 1e-6;

    /// The square of the length of the sum of n directions, divided by n, below which they cancel.
    private static final double CANCELLED = 1e-6;

    ModelStock() {
        super("model_stock", Operand.WEIGHTS, Base.REQUIRED, 2, Integer.MAX_VALUE);
    }

    @Override
    public boolean wholeRows() {
        return true;
    }

    @Override
    public List<Parameter> parameters(Compat compat) {
        Readings.refusePeft(name(), compat);
        return List.of(MethodParameters.flag(FILTER_WISE, false));
    }

    @Override
    public Merger merger(Compat compat) {
        Readings.refusePeft(name(), compat);
        return ModelStock::prepare;
    }

    private static TensorMerge prepare(TensorPieces tensor) {
        int models = tensor.models();
        if (!tensor.task().settings().flag(FILTER_WISE)) {
            float t = ratio(Gram.of(tensor, ModelStock::delta, models), models);
            return (piece, merged) -> merge(piece, models, t, merged, 0, piece.size());
        }
        return (piece, merged) -> PieceRows.each(
                piece,
                tensor.rowLength(),
                (from, to) -> merge(
                        piece, models, ratio(Gram.ofRow(deltas(piece, models), from, to), models), merged, from, to));
    }

    private static float[][] deltas(Piece piece, int models) {
        float[][] deltas = new float[models][];
        for (int m = 0; m < models; m++) {
            deltas[m] = delta(piece, m);
        }
        return deltas;
    }

    private static float[] delta(Piece piece, int model) {
        float[] delta = piece.scratch(model);
        float[] weights = piece.operand(model);
        float[] base = piece.base();
        for (int i = 0; i < piece.size(); i++) {
            delta[i] = weights[i] - base[i];
        }
        return delta;
    }

    private static float ratio(Gram gram, int models) {
        double cosines = 0;
        for (int a = 0; a < models; a++) {
            for (int b = 0; b < a; b++) {
                double lengths = Math.max(gram.norm(a) * gram.norm(b), SHORT);
                cosines += Math.clamp(gram.product(a, b) / lengths, -1.0, 1.0);
            }
        }
        double cosine = cosines / (models * (models - 1) / 2);
        double divisor = 1 + (models - 1) * cosine;
        // Where the directions cancel there is nothing to be added to the base.
        return divisor < CANCELLED ? 0 : (float) (models * cosine / divisor);
    }

    private static void merge(Piece piece, int models, float t, float[] merged, int from, int to) {
        float[] base = piece.base();
        for (int i = from; i < to; i++) {
            float sum = 0;
            for (int m = 0; m < models; m++) {
                sum += piece.operand(m)[i];
            }
            merged[i] = t * (sum / models) + (1 - t) * base[i];
        }
    }
}
