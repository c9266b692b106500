package io.lota4j.internal.merge.method;

import io.lota4j.internal.merge.Merger;
import io.lota4j.internal.merge.Parameter;
import io.lota4j.internal.merge.Piece;
import io.lota4j.internal.merge.Settings;
import io.lota4j.internal.merge.TensorMerge;
import io.lota4j.internal.merge.TensorPieces;
import io.lota4j.merge.Compat;
import java.util.List;
import java.util.OptionalDouble;

/// The Karcher mean ([of directions on a sphere](https://en.wikipedia.org/wiki/Karcher_mean)): `u mean_i |x_i|`
/// where u is the unit vector with the least sum of squared angles to the x_i.
///
/// u stays a combination of the x_i, so the iteration needs only their [Gram] matrix.
final class Karcher extends AbstractMethod {
    private static final String ITERATIONS = "max_iter";
    private static final String TOLERANCE = "tol";

    Karcher() {
        super("karcher", Operand.WEIGHTS, Base.NONE, 1, Integer.MAX_VALUE);
    }

    @Override
    public List<Parameter> parameters(Compat compat) {
        Readings.refusePeft(name(), compat);
        return List.of(
                new Parameter(ITERATIONS, Parameter.Kind.COUNT, false, OptionalDouble.of(10), 0, Integer.MAX_VALUE),
                MethodParameters.number(TOLERANCE, 1e-5, 0, 1));
    }

    @Override
    public Merger merger(Compat compat) {
        Readings.refusePeft(name(), compat);
        return Karcher::prepare;
    }

    private static TensorMerge prepare(TensorPieces tensor) {
        if (tensor.models() == 1) {
            return new Combination(new double[] {1});
        }
        Settings settings = tensor.task().settings();
        Gram gram = Gram.of(tensor, Piece::operand, tensor.models());
        SphereMean mean = new SphereMean(gram, tensor.models(), settings.number(TOLERANCE));
        return Combination.of(tensor, mean.find((int) settings.number(ITERATIONS)));
    }
}
