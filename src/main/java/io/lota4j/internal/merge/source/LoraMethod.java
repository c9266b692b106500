package io.lota4j.internal.merge.source;

import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.Text;
import io.lota4j.internal.merge.source.AdapterPart.DoraPart;
import io.lota4j.internal.merge.source.AdapterPart.RebasedPart;
import io.lota4j.internal.merge.source.AdapterPart.WholePart;
import io.lota4j.internal.peft.AdapterConfig;
import io.lota4j.internal.peft.AdapterModule;
import io.lota4j.internal.peft.LoraScale;
import io.lota4j.internal.peft.ParameterNames;
import java.util.HashSet;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/// LoRA ([arXiv 2106.09685](https://arxiv.org/abs/2106.09685)): `W + scale * B A`, with rsLoRA's scale and DoRA.
final class LoraMethod implements AdapterMethod {
    /// Initializations that leave the base as it is; the others take something away from it first.
    private static final Set<String> PLAIN_STARTS = Set.of("gaussian", "eva", "orthogonal");

    private final AdapterConfig config;
    private final boolean transposed;
    private final boolean dora;

    LoraMethod(AdapterConfig config) {
        this.config = config;
        this.transposed = config.flag("fan_in_fan_out");
        this.dora = config.flag("use_dora");
        config.value("init_lora_weights").filter(JsonNode::isString).ifPresent(this::requirePlainStart);
    }

    private void requirePlainStart(JsonNode start) {
        if (!PLAIN_STARTS.contains(start.stringValue())) {
            throw config.refusal(Text.format(
                    "'init_lora_weights' is %s: such an adapter is for a base from which its start was "
                            + "taken away. Have PEFT convert it ('path_initial_model_for_weight_conversion').",
                    start));
        }
    }

    @Override
    public Set<String> parameters() {
        Set<String> parameters = new HashSet<>(Set.of(
                ParameterNames.LORA_A,
                ParameterNames.LORA_B,
                ParameterNames.LORA_EMBEDDING_A,
                ParameterNames.LORA_EMBEDDING_B,
                ParameterNames.BASE_WEIGHT));
        if (dora) {
            parameters.add(ParameterNames.DORA_MAGNITUDES);
        }
        return parameters;
    }

    /// Those of starts, of layouts in training and of what is refused elsewhere change nothing by themselves.
    @Override
    public Set<String> settings() {
        return Set.of(
                "r",
                "lora_alpha",
                "lora_dropout",
                "rank_pattern",
                "alpha_pattern",
                "fan_in_fan_out",
                "use_rslora",
                "use_dora",
                "init_lora_weights",
                "eva_config",
                "loftq_config",
                "velora_config",
                "layers_to_transform",
                "layers_pattern",
                "megatron_core",
                "qalora_group_size");
    }

    @Override
    public AdapterPart part(AdapterModule module) {
        boolean embedding = module.has(ParameterNames.LORA_EMBEDDING_A) || module.has(ParameterNames.LORA_EMBEDDING_B);
        LowRankPart lowRank = embedding
                ? lowRank(module, ParameterNames.LORA_EMBEDDING_A, ParameterNames.LORA_EMBEDDING_B, true)
                : lowRank(module, ParameterNames.LORA_A, ParameterNames.LORA_B, transposed);
        AdapterPart part = dora ? DoraPart.of(lowRank, ParameterNames.DORA_MAGNITUDES) : lowRank;
        return module.has(ParameterNames.BASE_WEIGHT)
                ? new RebasedPart(new WholePart(module.file(), module.info(ParameterNames.BASE_WEIGHT)), part)
                : part;
    }

    private LowRankPart lowRank(AdapterModule module, String a, String b, boolean swapped) {
        LoraScale scale = LoraScale.of(config, module.name());
        Shape down = module.shape(a, 2);
        module.requireShape(a, Shape.of(scale.rank(), down.dim(1)), Text.format("rank %d", scale.rank()));
        return LowRankPart.of(module, a, b, swapped, scale.factor());
    }
}
