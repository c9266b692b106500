package io.lota4j.internal.model.arch;

import io.lota4j.internal.model.layer.Block;
import io.lota4j.internal.model.layer.Blocks;
import io.lota4j.internal.model.layer.Step;
import java.util.Collections;
import java.util.List;

/// Phi 3 and 4: a Llama with fused projections that may rotate a part of each head only, and in longer
/// sequences by other frequencies.
final class Phi3 implements Architecture {
    private static final String DEFAULTS = """
        {"vocab_size": 32064, "hidden_size": 3072, "intermediate_size": 8192, "num_hidden_layers": 32,
        "num_attention_heads": 32, "max_position_embeddings": 4096, "original_max_position_embeddings": 4096}\
        """;

    @Override
    public String title() {
        return "Phi 3";
    }

    @Override
    public List<String> types() {
        return List.of("phi3");
    }

    @Override
    public Blocks blocks(ConfigKeys given) {
        ConfigKeys keys = given.withDefaults(DEFAULTS);
        keys.only("hidden_act", "silu");
        Sizes sizes = Sizes.of(keys);
        double eps = keys.normEps("rms_norm_eps", 1e-5);
        int part = keys.rotated(sizes.head(), 1);
        Attention attention = Attention.of(sizes)
                .withFused("self_attn.qkv_proj")
                .withPart(part)
                .withWindow(keys.oneWindow(sizes.layers()));
        Mlp mlp = Mlp.of(sizes, Step.Activation.SILU).withFused();
        List<Step> steps = DecoderLayer.normsBefore(sizes.hidden(), eps).steps(attention, mlp);
        Block layer = new Block(steps, keys.defaultOrLongRope(part, 10000));
        return keys.decoder(sizes, Collections.nCopies(sizes.layers(), layer), Step.Norm.Kind.RMS, eps);
    }
}
