package io.lota4j.internal.model.arch;

import io.lota4j.internal.model.layer.Block;
import io.lota4j.internal.model.layer.Blocks;
import io.lota4j.internal.model.layer.Rope;
import io.lota4j.internal.model.layer.Step;
import java.util.List;

/// EXAONE 4: norms behind attention and MLP, and on each head of queries and keys. Where some layers see a window,
/// the others rotate nothing.
final class Exaone4 implements Architecture {
    private static final String PATTERN = "sliding_window_pattern";
    private static final String DEFAULTS = """
        {"vocab_size": 102400, "hidden_size": 4096, "intermediate_size": 16384, "num_hidden_layers": 32,
        "num_attention_heads": 32, "num_key_value_heads": 32, "max_position_embeddings": 2048, "sliding_window": 4096,
        "sliding_window_pattern": 4}\
        """;

    @Override
    public String title() {
        return "EXAONE 4";
    }

    @Override
    public List<String> types() {
        return List.of("exaone4");
    }

    @Override
    public Blocks blocks(ConfigKeys given) {
        ConfigKeys keys = given.withDefaults(DEFAULTS);
        keys.only("hidden_act", "silu");
        Sizes sizes = Sizes.of(keys);
        double eps = keys.normEps("rms_norm_eps", 1e-5);
        int window = keys.window();
        Attention attention = Attention.of(sizes).withNorm(new Attention.Norm(Step.Norm.Kind.RMS, eps, false));
        Rope rope = keys.rope(sizes.head(), 10000);
        Block some = new Block(steps(sizes, eps, attention.withWindow(window)), rope);
        Block all = window == 0 ? some : new Block(steps(sizes, eps, attention.withPart(0)), null);
        List<Block> layers = keys.layers(
                sizes.layers(), window, i -> window > 0 && (i + 1) % keys.positive(PATTERN) != 0, some, all);
        return keys.decoder(sizes, layers, Step.Norm.Kind.RMS, eps);
    }

    private static List<Step> steps(Sizes sizes, double eps, Attention attention) {
        return DecoderLayer.normsBehind(sizes.hidden(), eps).steps(attention, Mlp.of(sizes, Step.Activation.SILU));
    }
}
