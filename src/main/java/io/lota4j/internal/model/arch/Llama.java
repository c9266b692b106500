package io.lota4j.internal.model.arch;

import io.lota4j.internal.model.layer.Block;
import io.lota4j.internal.model.layer.Blocks;
import io.lota4j.internal.model.layer.Step;
import java.util.Collections;
import java.util.List;

/// Llama, and what differs from it by its configuration only.
final class Llama implements Architecture {
    private static final String DEFAULTS = """
        {"vocab_size": 32000, "hidden_size": 4096, "intermediate_size": 11008, "num_hidden_layers": 32,
        "num_attention_heads": 32, "max_position_embeddings": 2048}\
        """;

    @Override
    public String title() {
        return "Llama";
    }

    @Override
    public List<String> types() {
        return List.of("llama");
    }

    @Override
    public Blocks blocks(ConfigKeys given) {
        ConfigKeys keys = given.withDefaults(DEFAULTS);
        keys.only("hidden_act", "silu");
        Sizes sizes = Sizes.of(keys);
        double eps = keys.normEps("rms_norm_eps", 1e-6);
        boolean biased = keys.flag("attention_bias");
        Attention attention = Attention.of(sizes).withBiases(biased, biased);
        Mlp mlp = Mlp.of(sizes, Step.Activation.SILU).withBiases(keys.flag("mlp_bias"));
        List<Step> steps = DecoderLayer.normsBefore(sizes.hidden(), eps).steps(attention, mlp);
        Block layer = new Block(steps, keys.rope(sizes.head(), 10000));
        return keys.decoder(sizes, Collections.nCopies(sizes.layers(), layer), Step.Norm.Kind.RMS, eps);
    }
}
