package io.lota4j.internal.model.arch;

import io.lota4j.internal.checkpoint.JsonKeys.Null;
import io.lota4j.internal.model.layer.Block;
import io.lota4j.internal.model.layer.Blocks;
import io.lota4j.internal.model.layer.Rope;
import io.lota4j.internal.model.layer.Step;
import java.util.List;

/// Gemma 2: norms around attention and MLP, caps of scores and logits, and every other layer sees a window.
final class Gemma2 implements Architecture {
    private static final String DEFAULTS = """
        {"vocab_size": 256000, "hidden_size": 2304, "intermediate_size": 9216, "num_hidden_layers": 26,
        "num_attention_heads": 8, "num_key_value_heads": 4, "head_dim": 256, "max_position_embeddings": 8192,
        "query_pre_attn_scalar": 256, "sliding_window": 4096, "attn_logit_softcapping": 50.0,
        "final_logit_softcapping": 30.0, "tie_word_embeddings": true}\
        """;

    @Override
    public String title() {
        return "Gemma 2";
    }

    @Override
    public List<String> types() {
        return List.of("gemma2");
    }

    @Override
    public Blocks blocks(ConfigKeys given) {
        ConfigKeys keys = given.withDefaults(DEFAULTS);
        requireUsual(keys);
        Sizes sizes = Sizes.of(keys);
        double eps = keys.normEps("rms_norm_eps", 1e-6);
        Attention attention = attention(sizes, keys).withCap(cap(keys, "attn_logit_softcapping"));
        Mlp mlp = Mlp.of(sizes, Step.Activation.GELU_TANH);
        DecoderLayer layer = DecoderLayer.normsAround(sizes.hidden(), Step.Norm.Kind.RMS_PLUS_ONE, eps);
        int window = keys.window();
        Rope rope = keys.rope(sizes.head(), 10000);
        Block all = new Block(layer.steps(attention, mlp), rope);
        Block some = new Block(layer.steps(attention.withWindow(window), mlp), rope);
        List<Block> layers = keys.layers(sizes.layers(), window, i -> i % 2 == 0, some, all);
        return keys.decoder(sizes, layers, Step.Norm.Kind.RMS_PLUS_ONE, eps)
                .withScales(Math.sqrt(sizes.hidden()), 1, cap(keys, "final_logit_softcapping"));
    }

    /// Refuses another activation and attention to both sides. Shared with Gemma 3.
    static void requireUsual(ConfigKeys keys) {
        keys.only("hidden_activation", "gelu_pytorch_tanh");
        keys.never("use_bidirectional_attention");
    }

    /// Shared with Gemma 3.
    static Attention attention(Sizes sizes, ConfigKeys keys) {
        boolean biased = keys.flag("attention_bias");
        return Attention.of(sizes)
                .withBiases(biased, biased)
                .withScale(1 / Math.sqrt(keys.number("query_pre_attn_scalar")));
    }

    /// A cap, shared with Gemma 3; `null` is for none.
    static double cap(ConfigKeys keys, String key) {
        return keys.keys()
                .optionalNumber(key, Null.ABSENT, x -> x > 0, "a number over 0, or null")
                .orElse(0.);
    }
}
