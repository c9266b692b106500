package io.lota4j.model.arch;

import io.lota4j.model.layer.Block;
import io.lota4j.model.layer.Blocks;
import io.lota4j.model.layer.Step;
import java.util.Collections;
import java.util.List;

/// Llama, and what differs from it by its configuration only.
final class Llama implements Architecture {
    @Override
    public String title() {
        return "Llama";
    }

    @Override
    public List<String> types() {
        return List.of("llama");
    }

    @Override
    public Blocks blocks(ConfigKeys keys) {
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
