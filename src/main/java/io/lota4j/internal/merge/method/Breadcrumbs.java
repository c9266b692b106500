package io.lota4j.internal.merge.method;

import io.lota4j.internal.merge.Merger;
import io.lota4j.internal.merge.Parameter;
import io.lota4j.merge.Compat;
import java.util.List;

/// Model breadcrumbs ([arXiv 2312.06795](https://arxiv.org/abs/2312.06795)): `b + lambda sum_i w_i t_i` where
/// t_i is d_i without each tensor's largest and smallest; see [OutlierTrim].
final class Breadcrumbs extends AbstractMethod {
    Breadcrumbs() {
        super("breadcrumbs");
    }

    @Override
    public List<Parameter> parameters(Compat compat) {
        return parameters(name(), compat);
    }

    /// Those of both methods of this kind.
    static List<Parameter> parameters(String method, Compat compat) {
        Readings.refusePeft(method, compat);
        Parameter gamma = MethodParameters.share(OutlierTrim.GAMMA, 0.01);
        return compat == Compat.PAPER
                ? List.of(MethodParameters.optionalWeight(), Density.required(), gamma, MethodParameters.lambda())
                : TaskVectors.mergekit(false, false, gamma);
    }

    static Trim trim(Compat compat) {
        return compat == Compat.MERGEKIT ? new MagnitudeRescaling(new OutlierTrim()) : new OutlierTrim();
    }

    @Override
    public Merger merger(Compat compat) {
        Readings.refusePeft(name(), compat);
        return TaskVectors.sum(compat, trim(compat));
    }
}
