package io.lota4j.internal.merge.method;

import io.lota4j.internal.merge.Merger;
import io.lota4j.internal.merge.Parameter;
import io.lota4j.internal.merge.Settings;
import io.lota4j.merge.Compat;
import java.util.List;

/// DELLA without an election ([arXiv 2406.11617](https://arxiv.org/abs/2406.11617)): `b + lambda sum_i w_i t_i`
/// where t_i is d_i / p with a probability of p, otherwise 0, and p grows with the magnitude's rank in its row;
/// see [RankOdds].
///
/// mergekit does not divide by p but rescales by [MagnitudeRescaling].
final class DellaLinear extends AbstractMethod {
    DellaLinear() {
        super("della_linear");
    }

    @Override
    public boolean wholeRows() {
        return true;
    }

    @Override
    public List<Parameter> parameters(Compat compat) {
        return parameters(name(), compat, false);
    }

    /// Those of both methods of this kind.
    static List<Parameter> parameters(String method, Compat compat, boolean normalize) {
        Readings.refusePeft(method, compat);
        Parameter epsilon = MethodParameters.share(RankTrim.EPSILON, 0.15);
        return compat == Compat.PAPER
                ? List.of(MethodParameters.optionalWeight(), Density.required(), epsilon, MethodParameters.lambda())
                : TaskVectors.mergekit(normalize, true, epsilon);
    }

    static Trim trim(Compat compat) {
        Trim trim = new RankTrim(compat);
        return compat == Compat.MERGEKIT
                ? new MagnitudeRescaling(tensor -> KeptOnce.of(trim.prepare(tensor), tensor))
                : trim;
    }

    @Override
    public void check(Compat compat, Settings settings) {
        RankTrim.check(name(), compat, settings);
    }

    @Override
    public Merger merger(Compat compat) {
        Readings.refusePeft(name(), compat);
        return TaskVectors.sum(compat, trim(compat));
    }
}
