package io.lota4j.internal.model.arch;

import io.lota4j.internal.model.layer.Block;
import io.lota4j.internal.model.layer.Blocks;
import io.lota4j.internal.model.layer.Step;
import java.util.Collections;
import java.util.List;

/// Mistral: a Llama whose tokens see a window, unless the configuration says `null`.
final class Mistral implements Architecture {
    private static final String DEFAULTS = """
        {"vocab_size": 32000, "hidden_size": 4096, "intermediate_size": 14336, "num_hidden_layers": 32,
        "num_attention_heads": 32, "num_key_value_heads": 8, "max_position_embeddings": 131072,
        "sliding_window": 4096}\
        """;

    @Override
    public String title() {
        return "Mistral";
    }

    @Override
    public List<String> types() {
        return List.of("mistral");
    }

    @Override
    public Blocks blocks(ConfigKeys given) {
        ConfigKeys keys = given.withDefaults(DEFAULTS);
        keys.only("hidden_act", "silu");
        Sizes sizes = Sizes.of(keys);
        double eps = keys.normEps("rms_norm_eps", 1e-6);
        Attention attention = Attention.of(sizes).withWindow(keys.oneWindow(sizes.layers()));
        Mlp mlp = Mlp.of(sizes, Step.Activation.SILU);
        List<Step> steps = DecoderLayer.normsBefore(sizes.hidden(), eps).steps(attention, mlp);
        Block layer = new Block(steps, keys.rope(sizes.head(), 10000));
        return keys.decoder(sizes, Collections.nCopies(sizes.layers(), layer), Step.Norm.Kind.RMS, eps);
    }
}
