package io.lota4j.internal.model.arch;

import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.JsonKeys.Null;
import io.lota4j.internal.model.layer.Block;
import io.lota4j.internal.model.layer.Blocks;
import io.lota4j.internal.model.layer.Rope;
import io.lota4j.internal.model.layer.Step;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/// SmolLM3: a Llama some of whose layers rotate nothing.
final class SmolLm3 implements Architecture {
    private static final String DEFAULTS = """
        {"vocab_size": 128256, "hidden_size": 2048, "intermediate_size": 11008, "num_hidden_layers": 36,
        "num_attention_heads": 16, "num_key_value_heads": 4, "max_position_embeddings": 32768,
        "no_rope_layer_interval": 4, "tie_word_embeddings": true}\
        """;

    @Override
    public String title() {
        return "SmolLM3";
    }

    @Override
    public List<String> types() {
        return List.of("smollm3");
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
        DecoderLayer layer = DecoderLayer.normsBefore(sizes.hidden(), eps);
        Rope rope = keys.rope(sizes.head(), 2e6);
        IntPredicate rotates = rotates(keys, sizes.layers());
        int window = keys.flag("use_sliding_window") ? keys.window() : 0;
        List<Boolean> slides = keys.slides(sizes.layers(), window, i -> window != 0 && !rotates.test(i));
        List<Block> layers = IntStream.range(0, sizes.layers())
                .mapToObj(i -> {
                    Attention seen = attention.withWindow(slides.get(i) ? window : 0);
                    return rotates.test(i)
                            ? new Block(layer.steps(seen, mlp), rope)
                            : new Block(layer.steps(seen.withPart(0), mlp), null);
                })
                .toList();
        return keys.decoder(sizes, layers, Step.Norm.Kind.RMS, eps);
    }

    /// Which layers have the rotary embedding: in spite of its name, those with a 1 in `no_rope_layers`.
    private static IntPredicate rotates(ConfigKeys keys, int layers) {
        int interval = keys.positive("no_rope_layer_interval");
        return keys.keys()
                .optionalWholes("no_rope_layers", Null.ABSENT)
                .map(flags -> listed(keys, flags, layers))
                .orElse(i -> (i + 1) % interval != 0);
    }

    private static IntPredicate listed(ConfigKeys keys, List<Integer> flags, int layers) {
        keys.requireLength("no_rope_layers", flags.size(), layers);
        flags.stream().filter(flag -> flag != 0 && flag != 1).findFirst().ifPresent(flag -> {
            throw keys.keys()
                    .refused(Text.format(
                            "\"no_rope_layers\" has %d; supported: 1 for a layer with the rotary embedding, 0 for one"
                                    + " without.",
                            flag));
        });
        return i -> flags.get(i) == 1;
    }
}
