package io.lota4j.export;

import io.lota4j.LotaException;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.JsonKeys;
import io.lota4j.internal.model.layer.Blocks;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What llama.cpp calls a kind of decoder and its tensors, and how it lays these out. To add one: a line in the list,
/// the names that it alone has, and a golden.
///
/// @param name llama.cpp's
/// @param types each `model_type` of its configurations
/// @param theta base of the rotary embedding where the configuration says none
/// @param paired whether rows of queries and keys that are turned together stand side by side: llama.cpp's rotary
///     embedding of this architecture turns neighbours, transformers' the two halves of a head
/// @param names of a layer's modules, by what the checkpoint calls them
record GgufArchitecture(String name, List<String> types, double theta, boolean paired, Map<String, String> names) {
    private static final Map<String, String> COMMON = Map.of(
            "input_layernorm", "attn_norm",
            "self_attn.q_proj", "attn_q",
            "self_attn.k_proj", "attn_k",
            "self_attn.v_proj", "attn_v",
            "self_attn.o_proj", "attn_output",
            "post_attention_layernorm", "ffn_norm",
            "mlp.gate_proj", "ffn_gate",
            "mlp.up_proj", "ffn_up",
            "mlp.down_proj", "ffn_down");

    private static final Map<String, String> HEAD_NORMS =
            Map.of("self_attn.q_norm", "attn_q_norm", "self_attn.k_norm", "attn_k_norm");

    private static final Map<String, String> NORMS_AROUND = Map.of(
            "post_attention_layernorm", "post_attention_norm",
            "pre_feedforward_layernorm", "ffn_norm",
            "post_feedforward_layernorm", "post_ffw_norm");

    private static final Map<String, String> GPT2 = Map.of(
            "ln_1", "attn_norm",
            "attn.c_attn", "attn_qkv",
            "attn.c_proj", "attn_output",
            "ln_2", "ffn_norm",
            "mlp.c_fc", "ffn_up",
            "mlp.c_proj", "ffn_down");

    private static final List<GgufArchitecture> ALL = List.of(
            new GgufArchitecture("llama", List.of("llama", "mistral"), 1e4, true, COMMON),
            new GgufArchitecture("qwen2", List.of("qwen2"), 1e4, false, COMMON),
            new GgufArchitecture("qwen3", List.of("qwen3"), 1e4, false, both(COMMON, HEAD_NORMS)),
            new GgufArchitecture("gemma2", List.of("gemma2"), 1e4, false, both(COMMON, NORMS_AROUND)),
            new GgufArchitecture(
                    "gemma3",
                    List.of("gemma3_text", "gemma3"),
                    1e6,
                    false,
                    both(both(COMMON, HEAD_NORMS), NORMS_AROUND)),
            new GgufArchitecture(
                    "phi3",
                    List.of("phi3"),
                    1e4,
                    false,
                    both(COMMON, Map.of("self_attn.qkv_proj", "attn_qkv", "mlp.gate_up_proj", "ffn_up"))),
            new GgufArchitecture("gpt2", List.of("gpt2"), 1e4, false, GPT2));

    private static Map<String, String> both(Map<String, String> some, Map<String, String> others) {
        Map<String, String> all = new HashMap<>(some);
        all.putAll(others);
        return Map.copyOf(all);
    }

    /// The architecture of a configuration.
    ///
    /// @throws LotaException when it is none of those that are known here
    static GgufArchitecture of(JsonKeys config) {
        String type = config.optionalText("model_type", JsonKeys.Null.REFUSED).orElse("llama");
        return ALL.stream()
                .filter(architecture -> architecture.types.contains(type))
                .findFirst()
                .orElseThrow(() -> new LotaException(Text.format(
                        "%s: models of the type \"%s\" are not written as GGUF here; those of %s are. Write a whole"
                                + " model directory, which llama.cpp's own converter reads.",
                        config.file(),
                        type,
                        ALL.stream()
                                .flatMap(architecture -> architecture.types.stream())
                                .toList())));
    }

    boolean isGemma() {
        return name.startsWith("gemma");
    }

    /// What llama.cpp calls a tensor of the base.
    ///
    /// @param blocks what the base computes
    /// @throws LotaException when it has no name for it
    String tensor(Blocks blocks, String tensor) {
        int dot = tensor.lastIndexOf('.');
        String module = tensor.substring(0, Math.max(0, dot));
        String end = tensor.substring(dot);
        return Optional.of(tensor)
                .flatMap(outer -> outside(blocks, outer, end))
                .or(() -> blocks.names()
                        .layer(module)
                        .flatMap(layer -> Optional.ofNullable(
                                        names.get(layer.rest().substring(1)))
                                .map(known -> Text.format("blk.%d.%s%s", layer.index(), known, end))))
                .orElseThrow(() ->
                        new LotaException(Text.format("llama.cpp's '%s' has no name for tensor '%s'.", name, tensor)));
    }

    private static Optional<String> outside(Blocks blocks, String tensor, String end) {
        if (tensor.equals(blocks.embedding())) {
            return Optional.of("token_embd.weight");
        }
        if (tensor.equals(blocks.head())) {
            return Optional.of("output.weight");
        }
        if (tensor.equals(blocks.learnedPositions())) {
            return Optional.of("position_embd.weight");
        }
        String norm = blocks.norm().weight();
        return tensor.equals(norm) || tensor.equals(blocks.norm().bias())
                ? Optional.of("output_norm" + end)
                : Optional.empty();
    }
}
