package io.lota4j.internal.merge.method;

import io.lota4j.internal.merge.Merger;
import io.lota4j.internal.merge.Parameter;
import io.lota4j.merge.Compat;
import java.util.List;

/// DARE with the election of TIES ([arXiv 2311.03099](https://arxiv.org/abs/2311.03099)): the deltas that
/// [DareLinear] keeps elect a sign; see [ElectedMerger].
final class DareTies extends AbstractMethod {
    DareTies() {
        super("dare_ties");
    }

    @Override
    public List<Parameter> parameters(Compat compat) {
        return switch (compat) {
            case PAPER -> List.of(MethodParameters.optionalWeight(), Density.required(), MethodParameters.lambda());
            case MERGEKIT -> TaskVectors.mergekit(false, true);
            case PEFT ->
                List.of(
                        MethodParameters.optionalWeight(),
                        Density.required(),
                        MethodParameters.flag(ElectedMerger.BY_COUNT, false));
        };
    }

    @Override
    public Merger merger(Compat compat) {
        return new ElectedMerger(compat, DareLinear.trim(compat));
    }
}
