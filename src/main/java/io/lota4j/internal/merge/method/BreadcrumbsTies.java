package io.lota4j.internal.merge.method;

import io.lota4j.internal.merge.Merger;
import io.lota4j.internal.merge.Parameter;
import io.lota4j.merge.Compat;
import java.util.List;

/// [Breadcrumbs] with the election of TIES; see [ElectedMerger]. mergekit's combination of the two papers.
final class BreadcrumbsTies extends AbstractMethod {
    BreadcrumbsTies() {
        super("breadcrumbs_ties");
    }

    @Override
    public List<Parameter> parameters(Compat compat) {
        return Breadcrumbs.parameters(name(), compat);
    }

    @Override
    public Merger merger(Compat compat) {
        Readings.refusePeft(name(), compat);
        return new ElectedMerger(compat, Breadcrumbs.trim(compat));
    }
}
