package io.lota4j.merge.method;

import io.lota4j.LotaException;
import io.lota4j.merge.Compat;
import io.lota4j.merge.MergeMethod;
import io.lota4j.merge.Merger;
import io.lota4j.merge.Parameter;
import io.lota4j.merge.Piece;
import io.lota4j.merge.Settings;
import java.util.List;

/// Model soups ([arXiv 2203.05482](https://arxiv.org/abs/2203.05482)): `sum_i w_i x_i / sum_i w_i`, or not divided.
///
/// Of tickets, the same of their deltas: that is the ticket of the averaged weights unless they are not divided.
final class Linear implements MergeMethod {
    private static final String NORMALIZE = "normalize";

    @Override
    public String name() {
        return "linear";
    }

    @Override
    public Base base() {
        return Base.NONE;
    }

    @Override
    public int leastModels() {
        return 1;
    }

    @Override
    public int mostModels() {
        return Integer.MAX_VALUE;
    }

    @Override
    public boolean mergesDeltas() {
        return true;
    }

    @Override
    public boolean mergesWeights() {
        return true;
    }

    @Override
    public List<Parameter> parameters(Compat compat) {
        return switch (compat) {
            case PAPER -> List.of(Declare.optionalWeight(), Declare.flag(NORMALIZE, true));
            case MERGEKIT -> List.of(Declare.weight(), Declare.flag(NORMALIZE, true));
            case PEFT -> throw Readings.missing(name(), compat, "what PEFT calls so adds deltas, as `task_arithmetic`");
        };
    }

    @Override
    public void check(Compat compat, Settings settings) {
        float[] weights = WeightedSum.weights(settings);
        if (settings.flag(NORMALIZE) && WeightedSum.sum(weights) == 0) {
            throw new LotaException("the weights of `linear` add to 0, so that dividing by their sum is impossible; "
                    + "use other weights or `normalize: false`.");
        }
    }

    @Override
    public Merger merger(Compat compat) {
        parameters(compat);
        return tensor -> {
            Settings settings = tensor.task().settings();
            float[] weights = WeightedSum.weights(settings);
            float divisor = settings.flag(NORMALIZE) ? WeightedSum.sum(weights) : 1;
            return (piece, merged) -> {
                WeightedSum.into(merged, piece, Piece::operand, weights);
                WeightedSum.divide(merged, divisor, piece.size());
            };
        };
    }
}
