package io.lota4j.internal.merge.method;

import io.lota4j.internal.merge.Merger;
import io.lota4j.internal.merge.Parameter;
import io.lota4j.internal.merge.Piece;
import io.lota4j.internal.merge.Settings;
import io.lota4j.merge.Compat;
import java.util.List;

/// Model soups ([arXiv 2203.05482](https://arxiv.org/abs/2203.05482)): `sum_i w_i x_i / sum_i w_i`, or not
/// divided.
///
/// Of tickets, the same of their deltas: that is the ticket of the averaged weights unless they are not
/// divided.
final class Linear extends AbstractMethod {
    private static final String NORMALIZE = "normalize";

    Linear() {
        super("linear", Operand.EITHER, Base.NONE, 1, Integer.MAX_VALUE);
    }

    @Override
    public List<Parameter> parameters(Compat compat) {
        return switch (compat) {
            case PAPER -> List.of(MethodParameters.optionalWeight(), MethodParameters.flag(NORMALIZE, true));
            case MERGEKIT -> List.of(MethodParameters.weight(), MethodParameters.flag(NORMALIZE, true));
            case PEFT -> throw Readings.missing(name(), compat, "what PEFT calls so adds deltas, as 'task_arithmetic'");
        };
    }

    @Override
    public void check(Compat compat, Settings settings) {
        divisor(settings);
    }

    private float divisor(Settings settings) {
        float[] weights = WeightedSum.weights(settings);
        return settings.flag(NORMALIZE) ? WeightedSum.requireSum(name(), weights) : 1;
    }

    @Override
    public Merger merger(Compat compat) {
        parameters(compat);
        return tensor -> {
            Settings settings = tensor.task().settings();
            float[] weights = WeightedSum.weights(settings);
            float divisor = divisor(settings);
            return (piece, merged) -> {
                WeightedSum.into(merged, piece, Piece::operand, weights);
                WeightedSum.divide(merged, divisor, piece.size());
            };
        };
    }
}
