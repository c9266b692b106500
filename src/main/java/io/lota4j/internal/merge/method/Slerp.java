package io.lota4j.internal.merge.method;

import io.lota4j.internal.merge.Merger;
import io.lota4j.internal.merge.Parameter;
import io.lota4j.internal.merge.TensorMerge;
import io.lota4j.internal.merge.TensorPieces;
import io.lota4j.merge.Compat;
import java.util.List;

/// Spherical interpolation ([slerp](https://en.wikipedia.org/wiki/Slerp)) from the base to the model, a tensor
/// being one vector: `(b sin((1 - t) a) + x sin(t a)) / sin(a)` with the angle a between b and x; on the
/// straight line where `|cos(a)| > 0.9995`.
final class Slerp extends AbstractMethod {
    private static final String T = "t";

    private static final double NEARLY_PARALLEL = 0.9995;

    /// mergekit does not normalize vectors that are shorter.
    private static final double SHORT = 1e-8;

    Slerp() {
        super("slerp", Operand.WEIGHTS, Base.REQUIRED, 1, 1);
    }

    @Override
    public List<Parameter> parameters(Compat compat) {
        Readings.refusePeft(name(), compat);
        return List.of(MethodParameters.number(T));
    }

    @Override
    public Merger merger(Compat compat) {
        Readings.refusePeft(name(), compat);
        return Slerp::prepare;
    }

    private static TensorMerge prepare(TensorPieces tensor) {
        Gram gram = Gram.of(tensor, (piece, vector) -> vector == 0 ? piece.base() : piece.operand(0), 2);
        double t = tensor.task().settings().number(T);
        double cosine = gram.product(0, 1) / (length(gram, 0) * length(gram, 1));
        Interpolation between = Math.abs(cosine) > NEARLY_PARALLEL
                ? Interpolation.straight(t)
                : Interpolation.circle(t, Math.acos(cosine));
        return (piece, merged) -> between.merge(piece.base(), piece.operand(0), merged, 0, piece.size());
    }

    private static double length(Gram gram, int vector) {
        double norm = gram.norm(vector);
        return norm > SHORT ? norm : 1;
    }
}
