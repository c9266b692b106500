package io.lota4j.internal.merge.method;

import io.lota4j.internal.merge.Merger;
import io.lota4j.internal.merge.Parameter;
import io.lota4j.internal.merge.Piece;
import io.lota4j.merge.Compat;
import java.util.List;

/// Deltas added: `b + sum_i w_i d_i`.
///
/// What tickets for one base are for; those with disjoint masks come out unchanged. All readings agree.
final class Add extends AbstractMethod {
    Add() {
        super("add");
    }

    @Override
    public List<Parameter> parameters(Compat compat) {
        return List.of(MethodParameters.optionalWeight());
    }

    @Override
    public Merger merger(Compat compat) {
        return tensor -> {
            float[] weights = WeightedSum.weights(tensor.task().settings());
            return (piece, merged) -> WeightedSum.into(merged, piece, Piece::operand, weights);
        };
    }
}
