package io.lota4j.internal.merge.source;

import io.lota4j.internal.peft.AdapterModule;
import io.lota4j.internal.peft.ParameterNames;
import java.util.Set;

/// SHiRA ([arXiv 2406.13175](https://arxiv.org/abs/2406.13175)): values added at (row, column) pairs.
final class ShiraMethod implements AdapterMethod {
    @Override
    public Set<String> parameters() {
        return Set.of(ParameterNames.SHIRA_INDICES, ParameterNames.SHIRA_VALUES);
    }

    /// Which weights are changed is in the file, however they were chosen.
    @Override
    public Set<String> settings() {
        return Set.of("r", "mask_type", "random_seed", "fan_in_fan_out", "init_weights");
    }

    @Override
    public AdapterPart part(AdapterModule module) {
        return SparsePart.ofPairs(module, ParameterNames.SHIRA_INDICES, ParameterNames.SHIRA_VALUES);
    }
}
