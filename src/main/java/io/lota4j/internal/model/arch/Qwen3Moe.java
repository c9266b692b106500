package io.lota4j.internal.model.arch;

import io.lota4j.internal.checkpoint.JsonKeys.Null;
import io.lota4j.internal.model.layer.Block;
import io.lota4j.internal.model.layer.Blocks;
import io.lota4j.internal.model.layer.Rope;
import io.lota4j.internal.model.layer.Step;
import java.util.List;
import java.util.stream.IntStream;

/// Qwen 3 with experts: a Qwen 3 whose MLPs are several in most layers, of which a token goes through some.
final class Qwen3Moe implements Architecture {
    private static final String DEFAULTS = """
        {"vocab_size": 151936, "hidden_size": 2048, "intermediate_size": 6144, "num_hidden_layers": 24,
        "num_attention_heads": 32, "num_key_value_heads": 4, "max_position_embeddings": 32768,
        "num_local_experts": 128, "num_experts_per_tok": 8, "moe_intermediate_size": 768, "decoder_sparse_step": 1}\
        """;

    @Override
    public String title() {
        return "Qwen 3 with experts";
    }

    @Override
    public List<String> types() {
        return List.of("qwen3_moe");
    }

    @Override
    public Blocks blocks(ConfigKeys given) {
        ConfigKeys keys = given.withAlias("num_experts", "num_local_experts").withDefaults(DEFAULTS);
        keys.only("hidden_act", "silu");
        keys.never("use_sliding_window");
        Sizes sizes = Sizes.of(keys);
        double eps = keys.normEps("rms_norm_eps", 1e-6);
        boolean biased = keys.flag("attention_bias");
        Attention attention = Attention.of(sizes)
                .withBiases(biased, biased)
                .withNorm(new Attention.Norm(Step.Norm.Kind.RMS, eps, false));
        Part experts = experts(keys, sizes.hidden());
        Mlp mlp = Mlp.of(sizes, Step.Activation.SILU);
        DecoderLayer layer = DecoderLayer.normsBefore(sizes.hidden(), eps);
        Rope rope = keys.rope(sizes.head(), 10000);
        Block sparse = new Block(layer.steps(attention, experts), rope);
        Block dense = new Block(layer.steps(attention, mlp), rope);
        List<Integer> only =
                keys.keys().optionalWholes("mlp_only_layers", Null.ABSENT).orElse(List.of());
        int every = keys.positive("decoder_sparse_step");
        List<Block> layers = IntStream.range(0, sizes.layers())
                .mapToObj(i -> !only.contains(i) && (i + 1) % every == 0 ? sparse : dense)
                .toList();
        return keys.decoder(sizes, layers, Step.Norm.Kind.RMS, eps);
    }

    private static Part experts(ConfigKeys keys, int hidden) {
        int count = keys.experts("num_local_experts");
        int top = keys.expertsPerToken(count);
        int inner = keys.positive("moe_intermediate_size");
        boolean normalized = keys.flag("norm_topk_prob");
        return (in, out) -> List.of(
                new Step.Experts(out, in, hidden, inner, count, top, normalized, "mlp.gate.weight", "mlp.experts"));
    }
}
