package io.lota4j.internal.model.arch;

import io.lota4j.internal.model.layer.Block;
import io.lota4j.internal.model.layer.Blocks;
import io.lota4j.internal.model.layer.Step;
import java.util.Collections;
import java.util.List;

/// OLMo 2: a Llama whose norms are behind attention and MLP, and on all queries and all keys at once.
final class Olmo2 implements Architecture {
    /// Shared with OLMo 3.
    static final String DEFAULTS = """
        {"vocab_size": 50304, "hidden_size": 4096, "intermediate_size": 11008, "num_hidden_layers": 32,
        "num_attention_heads": 32, "max_position_embeddings": 2048}\
        """;

    @Override
    public String title() {
        return "OLMo 2";
    }

    @Override
    public List<String> types() {
        return List.of("olmo2");
    }

    @Override
    public Blocks blocks(ConfigKeys given) {
        ConfigKeys keys = given.withDefaults(DEFAULTS);
        keys.only("hidden_act", "silu");
        Sizes sizes = Sizes.of(keys);
        double eps = eps(keys);
        List<Step> steps = steps(sizes, eps, attention(sizes, keys, eps));
        Block layer = new Block(steps, keys.rope(sizes.head(), 10000));
        return keys.decoder(sizes, Collections.nCopies(sizes.layers(), layer), Step.Norm.Kind.RMS, eps);
    }

    /// Shared with OLMo 3.
    static double eps(ConfigKeys keys) {
        return keys.normEps("rms_norm_eps", 1e-5);
    }

    /// Shared with OLMo 3.
    static Attention attention(Sizes sizes, ConfigKeys keys, double eps) {
        boolean biased = keys.flag("attention_bias");
        Attention.Norm wholly = new Attention.Norm(Step.Norm.Kind.RMS, eps, true);
        return Attention.of(sizes).withBiases(biased, biased).withNorm(wholly);
    }

    /// Shared with OLMo 3.
    static List<Step> steps(Sizes sizes, double eps, Attention attention) {
        return DecoderLayer.normsBehind(sizes.hidden(), eps).steps(attention, Mlp.of(sizes, Step.Activation.SILU));
    }
}
