package io.lota4j.internal.model.arch;

import io.lota4j.internal.model.layer.Block;
import io.lota4j.internal.model.layer.Blocks;
import io.lota4j.internal.model.layer.Rope;
import io.lota4j.internal.model.layer.Step;
import java.util.List;

/// OLMo 3: an OLMo 2 of which three layers in four see a window. The rotary embedding is stretched in the others only.
final class Olmo3 implements Architecture {
    private static final double THETA = 500000;

    @Override
    public String title() {
        return "OLMo 3";
    }

    @Override
    public List<String> types() {
        return List.of("olmo3");
    }

    @Override
    public Blocks blocks(ConfigKeys given) {
        ConfigKeys keys = given.withDefaults(Olmo2.DEFAULTS).withDefaults("{\"sliding_window\": 4096}");
        keys.only("hidden_act", "silu");
        Sizes sizes = Sizes.of(keys);
        double eps = Olmo2.eps(keys);
        int window = keys.window();
        Attention attention = Olmo2.attention(sizes, keys, eps);
        Block all = new Block(Olmo2.steps(sizes, eps, attention), rope(keys, ConfigKeys.FULL, sizes.head()));
        Block some = new Block(
                Olmo2.steps(sizes, eps, attention.withWindow(window)), rope(keys, ConfigKeys.SLIDING, sizes.head()));
        List<Block> layers = keys.layers(sizes.layers(), window, i -> (i + 1) % 4 != 0, some, all);
        return keys.decoder(sizes, layers, Step.Norm.Kind.RMS, eps);
    }

    /// New files have one for each type of layers, old ones a `rope_scaling` of the layers that see everything.
    private static Rope rope(ConfigKeys keys, String type, int head) {
        return keys.ropeByType()
                ? keys.rope(type, head, THETA).orElseGet(() -> keys.plainRope(head, THETA))
                : type.equals(ConfigKeys.FULL) ? keys.rope(head, THETA) : keys.plainRope(head, THETA);
    }
}
