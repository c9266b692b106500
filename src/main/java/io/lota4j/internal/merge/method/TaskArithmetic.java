package io.lota4j.internal.merge.method;

import io.lota4j.internal.merge.Merger;
import io.lota4j.internal.merge.Parameter;
import io.lota4j.merge.Compat;
import java.util.List;

/// Task arithmetic ([arXiv 2212.04089](https://arxiv.org/abs/2212.04089)): `b + lambda sum_i w_i d_i`.
final class TaskArithmetic extends AbstractMethod {
    TaskArithmetic() {
        super("task_arithmetic");
    }

    @Override
    public List<Parameter> parameters(Compat compat) {
        return switch (compat) {
            case PAPER -> List.of(MethodParameters.optionalWeight(), MethodParameters.lambda());
            // Density and rescale belong to the family that mergekit makes of such methods; here they have no
            // effect.
            case MERGEKIT -> TaskVectors.mergekit(false, false);
            case PEFT -> List.of(MethodParameters.optionalWeight());
        };
    }

    @Override
    public Merger merger(Compat compat) {
        return TaskVectors.sum(compat, Trim.NONE);
    }
}
