package io.lota4j.internal.merge.method;

import io.lota4j.internal.merge.Merger;
import io.lota4j.internal.merge.Parameter;
import io.lota4j.internal.merge.Piece;
import io.lota4j.internal.merge.Settings;
import io.lota4j.internal.merge.TensorMerge;
import io.lota4j.internal.merge.TensorPieces;
import io.lota4j.merge.Compat;
import java.util.List;

/// Spherical interpolation of two models by their weights (mergekit's NuSLERP):
/// `(x sin((1 - t) a) + y sin(t a)) / sin(a)` with `t = w_y / (w_x + w_y)` and the angle a between x and y; on
/// the straight line where sin(a) is next to nothing. With a base, of deltas. A tensor is one vector, or each
/// of its rows is one, or (mergekit's `nuslerp_row_wise`) all that share their place but for the first
/// dimension.
final class NuSlerp extends AbstractMethod {
    private static final String FLATTEN = "nuslerp_flatten";
    private static final String ROW_WISE = "nuslerp_row_wise";

    /// Vectors that are shorter are not taken to have a direction.
    private static final double SHORT = 1e-7;

    /// The sine below which the straight line is taken.
    private static final double NEARLY_PARALLEL = 1e-8;

    NuSlerp() {
        super("nuslerp", Operand.EITHER, Base.OPTIONAL, 2, 2);
    }

    @Override
    public boolean wholeRows() {
        return true;
    }

    @Override
    public List<Parameter> parameters(Compat compat) {
        Readings.refusePeft(name(), compat);
        return List.of(
                MethodParameters.weight(),
                MethodParameters.flag(FLATTEN, true),
                MethodParameters.flag(ROW_WISE, false));
    }

    @Override
    public Merger merger(Compat compat) {
        Readings.refusePeft(name(), compat);
        return NuSlerp::prepare;
    }

    private static TensorMerge prepare(TensorPieces tensor) {
        Settings settings = tensor.task().settings();
        double t = t(settings.number("weight", 0), settings.number("weight", 1));
        if (settings.flag(FLATTEN) || tensor.task().shape().rank() < 2) {
            Gram gram = Gram.of(tensor, Piece::operand, 2);
            Interpolation between = between(t, gram.product(0, 0), gram.product(1, 1), gram.product(0, 1));
            return (piece, merged) -> between.merge(piece.operand(0), piece.operand(1), merged, 0, piece.size());
        }
        return settings.flag(ROW_WISE)
                ? columns(tensor, t)
                : (piece, merged) -> rows(tensor.rowLength(), t, piece, merged);
    }

    /// Weights that cancel mean the middle.
    private static double t(double x, double y) {
        return Math.abs(x + y) < 1e-6 ? 0.5 : y / (x + y);
    }

    private static Interpolation between(double t, double xx, double yy, double xy) {
        double lengths = Math.max(Math.sqrt(xx), SHORT) * Math.max(Math.sqrt(yy), SHORT);
        double angle = Math.acos(Math.clamp(xy / lengths, -1.0, 1.0));
        return Math.abs(Math.sin(angle)) < NEARLY_PARALLEL
                ? Interpolation.straight(t)
                : Interpolation.dividedCircle(t, angle);
    }

    private static void rows(long length, double t, Piece piece, float[] merged) {
        float[] x = piece.operand(0);
        float[] y = piece.operand(1);
        PieceRows.each(
                piece,
                length,
                (from, to) -> between(
                                t,
                                PieceRows.product(x, x, from, to),
                                PieceRows.product(y, y, from, to),
                                PieceRows.product(x, y, from, to))
                        .merge(x, y, merged, from, to));
    }

    private static TensorMerge columns(TensorPieces tensor, double t) {
        int columns = Math.toIntExact(
                tensor.numel() / Math.max(1, tensor.task().shape().dim(0)));
        double[] sums =
                tensor.fold(() -> new double[3 * columns], (part, piece) -> add(part, piece, columns), NuSlerp::add);
        Interpolation[] between = new Interpolation[columns];
        for (int column = 0; column < columns; column++) {
            between[column] = between(t, sums[3 * column], sums[3 * column + 1], sums[3 * column + 2]);
        }
        return (piece, merged) -> {
            for (int i = 0; i < piece.size(); i++) {
                between[column(piece, i, columns)].merge(piece.operand(0), piece.operand(1), merged, i, i + 1);
            }
        };
    }

    private static int column(Piece piece, int i, int columns) {
        return (int) ((piece.first() + piece.offsets()[i]) % columns);
    }

    private static void add(double[] sums, Piece piece, int columns) {
        for (int i = 0; i < piece.size(); i++) {
            int at = 3 * column(piece, i, columns);
            double x = piece.operand(0)[i];
            double y = piece.operand(1)[i];
            sums[at] += x * x;
            sums[at + 1] += y * y;
            sums[at + 2] += x * y;
        }
    }

    private static void add(double[] sums, double[] next) {
        for (int i = 0; i < sums.length; i++) {
            sums[i] += next[i];
        }
    }
}
