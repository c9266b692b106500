package io.lota4j.internal.merge.method;

import io.lota4j.internal.merge.Merger;
import io.lota4j.internal.merge.Parameter;
import io.lota4j.internal.merge.Settings;
import io.lota4j.merge.Compat;
import java.util.List;

/// DELLA ([arXiv 2406.11617](https://arxiv.org/abs/2406.11617)): the deltas that [DellaLinear] keeps elect a
/// sign; see [ElectedMerger].
final class Della extends AbstractMethod {
    Della() {
        super("della");
    }

    @Override
    public boolean wholeRows() {
        return true;
    }

    @Override
    public List<Parameter> parameters(Compat compat) {
        return DellaLinear.parameters(name(), compat, true);
    }

    @Override
    public void check(Compat compat, Settings settings) {
        RankTrim.check(name(), compat, settings);
    }

    @Override
    public Merger merger(Compat compat) {
        Readings.refusePeft(name(), compat);
        return new ElectedMerger(compat, DellaLinear.trim(compat));
    }
}
