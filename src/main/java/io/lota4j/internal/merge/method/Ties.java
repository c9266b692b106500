package io.lota4j.internal.merge.method;

import io.lota4j.internal.merge.Merger;
import io.lota4j.internal.merge.Parameter;
import io.lota4j.merge.Compat;
import java.util.List;

/// TIES ([arXiv 2306.01708](https://arxiv.org/abs/2306.01708)): the largest deltas elect a sign, and those that
/// agree with it are averaged; see [ElectedMerger].
///
/// The paper takes the largest of the whole model, mergekit and PEFT those of each tensor.
final class Ties extends AbstractMethod {
    Ties() {
        super("ties");
    }

    @Override
    public List<Parameter> parameters(Compat compat) {
        return switch (compat) {
            case PAPER -> List.of(MethodParameters.optionalWeight(), Density.or(0.2), MethodParameters.lambda());
            case MERGEKIT -> TaskVectors.mergekit(true, false);
            case PEFT ->
                List.of(
                        MethodParameters.optionalWeight(),
                        Density.required(),
                        MethodParameters.flag(ElectedMerger.BY_COUNT, false));
        };
    }

    @Override
    public Merger merger(Compat compat) {
        Trim trim = switch (compat) {
            case PAPER -> new ModelTopTrim();
            case MERGEKIT -> new MagnitudeRescaling(new TopTrim());
            case PEFT -> new TopTrim();
        };
        return new ElectedMerger(compat, trim);
    }
}
