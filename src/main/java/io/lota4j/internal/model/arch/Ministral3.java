package io.lota4j.internal.model.arch;

import io.lota4j.internal.model.layer.Block;
import io.lota4j.internal.model.layer.Blocks;
import io.lota4j.internal.model.layer.Step;
import java.util.Collections;
import java.util.List;

/// Ministral 3: a Mistral whose queries grow with their position.
final class Ministral3 implements Architecture {
    private static final String DEFAULTS = """
        {"vocab_size": 131072, "hidden_size": 4096, "intermediate_size": 14336, "num_hidden_layers": 34,
        "num_attention_heads": 32, "num_key_value_heads": 8, "head_dim": 128, "max_position_embeddings": 262144}\
        """;

    private static final String ROPE = """
        {"rope_type": "yarn", "rope_theta": 1000000.0, "factor": 16.0, "original_max_position_embeddings": 16384,
        "beta_fast": 32.0, "beta_slow": 1.0, "mscale": 1.0, "mscale_all_dim": 1.0, "llama_4_scaling_beta": 0.1}\
        """;

    @Override
    public String title() {
        return "Ministral 3";
    }

    @Override
    public List<String> types() {
        return List.of("ministral3");
    }

    @Override
    public Blocks blocks(ConfigKeys given) {
        ConfigKeys keys = given.withDefaults(DEFAULTS).withDefaultRope(ROPE);
        keys.only("hidden_act", "silu");
        Sizes sizes = Sizes.of(keys);
        double eps = keys.normEps("rms_norm_eps", 1e-5);
        Attention attention =
                Attention.of(sizes).withWindow(keys.oneWindow(sizes.layers())).withTemper();
        Mlp mlp = Mlp.of(sizes, Step.Activation.SILU);
        List<Step> steps = DecoderLayer.normsBefore(sizes.hidden(), eps).steps(attention, mlp);
        Block layer = new Block(steps, keys.temperedRope(sizes.head(), 1e6));
        return keys.decoder(sizes, Collections.nCopies(sizes.layers(), layer), Step.Norm.Kind.RMS, eps);
    }
}
