package io.lota4j.internal.merge.source;

import io.lota4j.internal.merge.source.AdapterPart.SumPart;
import io.lota4j.internal.peft.AdapterConfig;
import io.lota4j.internal.peft.AdapterModule;
import io.lota4j.internal.peft.ParameterNames;
import java.util.Set;

/// Super-Tuning ([arXiv 2607.09287](https://arxiv.org/abs/2607.09287)): values added at flat indices and, in its
/// hybrid "Supra", a low-rank delta on top.
final class SupertuningMethod implements AdapterMethod {
    private final AdapterConfig config;

    SupertuningMethod(AdapterConfig config) {
        this.config = config;
        if (config.value("save_precomputed_indices").isPresent() && !config.flag("save_precomputed_indices")) {
            throw config.refusal("'save_precomputed_indices' is false: which weights are changed is not in the file. "
                    + "Save the adapter again with it.");
        }
    }

    @Override
    public Set<String> parameters() {
        return config.asksFor("r")
                ? Set.of(
                        ParameterNames.SUPERTUNING_INDICES,
                        ParameterNames.SUPERTUNING_VALUES,
                        ParameterNames.SUPERTUNING_A,
                        ParameterNames.SUPERTUNING_B)
                : Set.of(ParameterNames.SUPERTUNING_INDICES, ParameterNames.SUPERTUNING_VALUES);
    }

    @Override
    public Set<String> settings() {
        return Set.of(
                "r",
                "lora_alpha",
                "lora_dropout",
                "sparsity",
                "select_top",
                "init_weights",
                "save_precomputed_indices");
    }

    @Override
    public AdapterPart part(AdapterModule module) {
        SparsePart sparse =
                SparsePart.ofFlat(module, ParameterNames.SUPERTUNING_INDICES, ParameterNames.SUPERTUNING_VALUES);
        if (!config.asksFor("r")) {
            return sparse;
        }
        float scale = (float) (config.positive("lora_alpha") / config.positive("r"));
        return new SumPart(
                sparse,
                LowRankPart.of(module, ParameterNames.SUPERTUNING_A, ParameterNames.SUPERTUNING_B, false, scale));
    }
}
