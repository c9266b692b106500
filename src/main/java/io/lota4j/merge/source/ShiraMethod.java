package io.lota4j.merge.source;

import java.util.Set;

/// SHiRA ([arXiv 2406.13175](https://arxiv.org/abs/2406.13175)): values added at (row, column) pairs.
final class ShiraMethod implements AdapterMethod {
    private static final String INDICES = "shira_indices";
    private static final String VALUES = "shira_weight";

    @Override
    public Set<String> parameters() {
        return Set.of(INDICES, VALUES);
    }

    @Override
    public AdapterPart part(AdapterModule module) {
        return SparsePart.ofPairs(module, INDICES, VALUES);
    }
}
