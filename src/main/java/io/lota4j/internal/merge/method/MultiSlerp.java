package io.lota4j.internal.merge.method;

import io.lota4j.LotaException;
import io.lota4j.internal.Text;
import io.lota4j.internal.merge.Merger;
import io.lota4j.internal.merge.Parameter;
import io.lota4j.internal.merge.Piece;
import io.lota4j.internal.merge.Settings;
import io.lota4j.internal.merge.TensorMerge;
import io.lota4j.internal.merge.TensorPieces;
import io.lota4j.merge.Compat;
import java.util.List;

/// Multi-SLERP ([mergekit](https://goddard.blog/posts/multislerp-wow-what-a-cool-idea)): with the directions
/// u_i, `m sum_i w_i |x_i|` where `m = sum_i w_i u_i / |sum_i w_i u_i|`. With a base, the same of deltas.
///
/// mergekit then moves m by the weighted sum of the u_i's parts at a right angle to it, which is always zero:
/// those parts are what m leaves of a sum that lies along m.
final class MultiSlerp extends AbstractMethod {
    private static final String NORMALIZE = "normalize_weights";
    private static final String EPSILON = "eps";

    MultiSlerp() {
        super("multislerp", Operand.EITHER, Base.OPTIONAL, 1, Integer.MAX_VALUE);
    }

    @Override
    public List<Parameter> parameters(Compat compat) {
        Readings.refusePeft(name(), compat);
        return List.of(
                MethodParameters.weight(),
                MethodParameters.flag(NORMALIZE, true),
                MethodParameters.number(EPSILON, 1e-8, 0, 1));
    }

    @Override
    public void check(Compat compat, Settings settings) {
        if (settings.flag(NORMALIZE)) {
            WeightedSum.requireSum(name(), WeightedSum.weights(settings));
        }
    }

    @Override
    public Merger merger(Compat compat) {
        Readings.refusePeft(name(), compat);
        return MultiSlerp::prepare;
    }

    private static TensorMerge prepare(TensorPieces tensor) {
        int models = tensor.models();
        if (models == 1) {
            return new Combination(new double[] {1});
        }
        Settings settings = tensor.task().settings();
        Gram gram = Gram.of(tensor, Piece::operand, models);
        double[] weights = weights(settings, models);
        return Combination.of(tensor, factors(tensor, gram, weights, settings.number(EPSILON)));
    }

    private static double[] weights(Settings settings, int models) {
        double[] weights = new double[models];
        double sum = 0;
        for (int m = 0; m < models; m++) {
            weights[m] = settings.number("weight", m);
            sum += weights[m];
        }
        for (int m = 0; m < models && settings.flag(NORMALIZE); m++) {
            weights[m] /= sum;
        }
        return weights;
    }

    private static double[] factors(TensorPieces tensor, Gram gram, double[] weights, double epsilon) {
        double[] directions = new double[weights.length];
        double length = 0;
        for (int m = 0; m < weights.length; m++) {
            directions[m] = weights[m] / (gram.norm(m) + epsilon);
            length += weights[m] * gram.norm(m);
        }
        double sum = gram.norm(directions);
        if (sum < epsilon) {
            return straight(tensor, weights);
        }
        for (int m = 0; m < weights.length; m++) {
            directions[m] *= length / sum;
        }
        return directions;
    }

    /// Opposite directions have no mean; that of two is taken on the straight line.
    private static double[] straight(TensorPieces tensor, double[] weights) {
        if (weights.length != 2) {
            throw new LotaException(Text.format(
                    "Tensor '%s': the weighted directions of its models add to zero, so that 'multislerp' finds none;"
                            + " use other weights.",
                    tensor.task().name()));
        }
        return weights;
    }
}
