package io.lota4j.internal.model.arch;

import io.lota4j.internal.model.layer.Block;
import io.lota4j.internal.model.layer.Blocks;
import io.lota4j.internal.model.layer.Rope;
import io.lota4j.internal.model.layer.Step;
import java.util.List;

/// gpt-oss: experts in every layer, sinks of attention, and every other layer sees a window.
final class GptOss implements Architecture {
    private static final String DEFAULTS = """
        {"vocab_size": 201088, "hidden_size": 2880, "intermediate_size": 2880, "num_hidden_layers": 36,
        "num_attention_heads": 64, "num_key_value_heads": 8, "head_dim": 64, "max_position_embeddings": 131072,
        "sliding_window": 128, "num_local_experts": 128, "num_experts_per_tok": 4, "swiglu_limit": 7.0,
        "attention_bias": true}\
        """;

    private static final String ROPE = """
        {"rope_type": "yarn", "factor": 32.0, "beta_fast": 32.0, "beta_slow": 1.0, "truncate": false,
        "original_max_position_embeddings": 4096}\
        """;

    @Override
    public String title() {
        return "gpt-oss";
    }

    @Override
    public List<String> types() {
        return List.of("gpt_oss");
    }

    @Override
    public Blocks blocks(ConfigKeys given) {
        ConfigKeys keys = given.withAlias("num_experts", "num_local_experts")
                .withDefaults(DEFAULTS)
                .withDefaultRope(ROPE);
        keys.only("hidden_act", "silu");
        Sizes sizes = Sizes.of(keys);
        double eps = keys.normEps("rms_norm_eps", 1e-5);
        int count = keys.experts("num_local_experts");
        int top = keys.expertsPerToken(count);
        double limit = keys.number("swiglu_limit");
        Part experts = (in, out) -> List.of(new Step.StackedExperts(
                out, in, sizes.hidden(), sizes.inner(), count, top, limit, "mlp.router", "mlp.experts"));
        boolean biased = keys.flag("attention_bias");
        Attention attention = Attention.of(sizes).withBiases(biased, biased).withSinks();
        DecoderLayer layer = DecoderLayer.normsBefore(sizes.hidden(), eps);
        int window = keys.window();
        Rope rope = keys.rope(sizes.head(), 150000);
        Block all = new Block(layer.steps(attention, experts), rope);
        Block some = new Block(layer.steps(attention.withWindow(window), experts), rope);
        List<Block> layers = keys.layers(sizes.layers(), window, i -> i % 2 == 0, some, all);
        return keys.decoder(sizes, layers, Step.Norm.Kind.RMS, eps);
    }
}
