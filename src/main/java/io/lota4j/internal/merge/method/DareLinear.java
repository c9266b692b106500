package io.lota4j.internal.merge.method;

import io.lota4j.internal.merge.Merger;
import io.lota4j.internal.merge.Parameter;
import io.lota4j.merge.Compat;
import java.util.List;

/// DARE ([arXiv 2311.03099](https://arxiv.org/abs/2311.03099)): `b + lambda sum_i w_i t_i` where t_i is d_i /
/// density with a probability of density, otherwise 0.
///
/// mergekit does not divide by density but rescales by [MagnitudeRescaling].
final class DareLinear extends AbstractMethod {
    DareLinear() {
        super("dare_linear");
    }

    @Override
    public List<Parameter> parameters(Compat compat) {
        return switch (compat) {
            case PAPER -> List.of(MethodParameters.optionalWeight(), Density.required(), MethodParameters.lambda());
            case MERGEKIT -> TaskVectors.mergekit(false, true);
            case PEFT -> List.of(MethodParameters.optionalWeight(), Density.required());
        };
    }

    static Trim trim(Compat compat) {
        return compat == Compat.MERGEKIT ? new MagnitudeRescaling(new RandomTrim(false)) : new RandomTrim(true);
    }

    @Override
    public Merger merger(Compat compat) {
        return TaskVectors.sum(compat, trim(compat));
    }
}
