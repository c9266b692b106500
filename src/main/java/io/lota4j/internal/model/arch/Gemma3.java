package io.lota4j.internal.model.arch;

import io.lota4j.internal.model.layer.Block;
import io.lota4j.internal.model.layer.Blocks;
import io.lota4j.internal.model.layer.Rope;
import io.lota4j.internal.model.layer.Step;
import java.util.List;

/// Gemma 3's text model: a Gemma 2 with norms of queries and keys, and a rotary embedding for each type of layers.
final class Gemma3 implements Architecture {
    private static final double THETA = 1e6;
    private static final String DEFAULTS = """
        {"vocab_size": 262208, "hidden_size": 2304, "intermediate_size": 9216, "num_hidden_layers": 26,
        "num_attention_heads": 8, "num_key_value_heads": 4, "head_dim": 256, "max_position_embeddings": 131072,
        "query_pre_attn_scalar": 256, "sliding_window": 4096, "sliding_window_pattern": 6,
        "rope_local_base_freq": 10000.0, "tie_word_embeddings": true}\
        """;

    @Override
    public String title() {
        return "Gemma 3";
    }

    @Override
    public List<String> types() {
        return List.of("gemma3_text");
    }

    @Override
    public Blocks blocks(ConfigKeys given) {
        ConfigKeys keys = given.withDefaults(DEFAULTS);
        Gemma2.requireUsual(keys);
        if (keys.keys().has("attn_logit_softcapping")) {
            throw keys.unsupported("\"attn_logit_softcapping\" is set; supported: null.");
        }
        Sizes sizes = Sizes.of(keys);
        double eps = keys.normEps("rms_norm_eps", 1e-6);
        Step.Norm.Kind kind = Step.Norm.Kind.RMS_PLUS_ONE;
        Attention attention = Gemma2.attention(sizes, keys).withNorm(new Attention.Norm(kind, eps, false));
        Mlp mlp = Mlp.of(sizes, Step.Activation.GELU_TANH);
        DecoderLayer layer = DecoderLayer.normsAround(sizes.hidden(), kind, eps);
        int pattern = keys.positive("sliding_window_pattern");
        int window = keys.window();
        Block all = new Block(layer.steps(attention, mlp), full(keys, sizes.head()));
        Block some = new Block(layer.steps(attention.withWindow(window), mlp), sliding(keys, sizes.head()));
        List<Block> layers = keys.layers(sizes.layers(), window, i -> (i + 1) % pattern != 0, some, all);
        return keys.decoder(sizes, layers, kind, eps)
                .withScales(Math.sqrt(sizes.hidden()), 1, Gemma2.cap(keys, "final_logit_softcapping"));
    }

    private static Rope full(ConfigKeys keys, int head) {
        return keys.ropeByType()
                ? keys.rope(ConfigKeys.FULL, head, THETA).orElseGet(() -> keys.plainRope(head, THETA))
                : keys.rope(head, THETA);
    }

    private static Rope sliding(ConfigKeys keys, int head) {
        double local = keys.number("rope_local_base_freq");
        return keys.rope(ConfigKeys.SLIDING, head, local).orElseGet(() -> Rope.of(local, null, head));
    }
}
