package io.lota4j.internal.merge.method;

import io.lota4j.internal.merge.Merger;
import io.lota4j.internal.merge.Parameter;
import io.lota4j.internal.merge.Piece;
import io.lota4j.internal.merge.TensorMerge;
import io.lota4j.internal.merge.TensorPieces;
import io.lota4j.merge.Compat;
import java.util.Arrays;
import java.util.List;

/// SCE ([arXiv 2408.07990](https://arxiv.org/abs/2408.07990)): of the elements whose deltas vary most among the
/// models (select), those that agree with the sign of their sum (erase), each model's weighted by the mean of
/// its squared deltas (calculate): `b + sum_i w_i t_i / sum_i w_i` over those that agree.
final class Sce extends AbstractMethod {
    private static final String SELECT = "select_topk";

    /// The least divisor, and the least sum of mean squares with which mergekit does not weight all models
    /// alike.
    private static final float LEAST = 1e-6f;

    Sce() {
        super("sce");
    }

    @Override
    public List<Parameter> parameters(Compat compat) {
        Readings.refusePeft(name(), compat);
        Parameter select = MethodParameters.number(SELECT, 1, 0, 1);
        return compat == Compat.PAPER ? List.of(select) : List.of(select, MethodParameters.flag("int8_mask", false));
    }

    @Override
    public Merger merger(Compat compat) {
        Readings.refusePeft(name(), compat);
        return tensor -> prepare(compat, tensor);
    }

    private static TensorMerge prepare(Compat compat, TensorPieces tensor) {
        Trim.Kept kept = select(tensor);
        float[] weights = weights(compat, tensor, kept);
        float[] ones = new float[weights.length];
        Arrays.fill(ones, 1);
        Election election = new Election(ones, weights, weights, false, 1);
        return (piece, merged) -> {
            float[] divisors = election.hold(piece, kept, merged);
            for (int i = 0; i < piece.size(); i++) {
                merged[i] /= Math.max(divisors[i], LEAST);
            }
        };
    }

    private static Trim.Kept select(TensorPieces tensor) {
        double share = tensor.task().settings().number(SELECT);
        if (share >= 1) {
            return Piece::operand;
        }
        Variance variance = new Variance(tensor.models());
        long wanted = (long) (variance.nonZero(tensor) * share);
        TrimThreshold cut = CutSearch.of(tensor, variance, new int[] {0}, new long[] {wanted})
                .cut(tensor.task().name(), 0);
        return (piece, model) -> {
            float[] kept = piece.scratch(model);
            cut.keep(piece, variance.of(piece, 0), piece.operand(model), kept);
            return kept;
        };
    }

    private static float[] weights(Compat compat, TensorPieces tensor, Trim.Kept kept) {
        int models = tensor.models();
        Lanes[] squares =
                tensor.fold(() -> Lanes.zeros(models), (lanes, piece) -> addSquares(lanes, piece, kept), Lanes::addAll);
        float[] weights = new float[models];
        for (int m = 0; m < models; m++) {
            weights[m] = (float) (NotFinite.check(tensor, m, squares[m].sum()) / tensor.numel());
        }
        float sum = WeightedSum.sum(weights);
        if (sum < (compat == Compat.MERGEKIT ? LEAST : Float.MIN_NORMAL)) {
            Arrays.fill(weights, 1f / models);
        } else {
            WeightedSum.divide(weights, sum, models);
        }
        return weights;
    }

    private static void addSquares(Lanes[] lanes, Piece piece, Trim.Kept kept) {
        for (int m = 0; m < lanes.length; m++) {
            float[] deltas = kept.of(piece, m);
            lanes[m].addProducts(piece, deltas, deltas);
        }
    }
}
