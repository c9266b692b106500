package io.lota4j.internal.model.arch;

import io.lota4j.internal.model.layer.Block;
import io.lota4j.internal.model.layer.Blocks;
import io.lota4j.internal.model.layer.Rope;
import io.lota4j.internal.model.layer.Step;
import java.util.List;

/// Qwen 2 and 2.5, whose queries, keys and values have biases, and Qwen 3, whose queries and keys have norms.
enum Qwen implements Architecture {
    QWEN2("Qwen 2", "qwen2", "{}") {
        @Override
        Attention attention(Attention plain, ConfigKeys keys, double eps) {
            return plain.withBiases(true, false);
        }
    },
    QWEN3("Qwen 3", "qwen3", "{\"head_dim\": 128}") {
        @Override
        Attention attention(Attention plain, ConfigKeys keys, double eps) {
            boolean biased = keys.flag("attention_bias");
            return plain.withBiases(biased, biased).withNorm(new Attention.Norm(Step.Norm.Kind.RMS, eps, false));
        }
    };

    private static final String DEFAULTS = """
        {"vocab_size": 151936, "hidden_size": 4096, "intermediate_size": 22016, "num_hidden_layers": 32,
        "num_attention_heads": 32, "num_key_value_heads": 32, "max_position_embeddings": 32768,
        "sliding_window": 4096, "max_window_layers": 28}\
        """;

    private final String called;
    private final String type;
    private final String ownDefaults;

    Qwen(String called, String type, String ownDefaults) {
        this.called = called;
        this.type = type;
        this.ownDefaults = ownDefaults;
    }

    abstract Attention attention(Attention plain, ConfigKeys keys, double eps);

    @Override
    public String title() {
        return called;
    }

    @Override
    public List<String> types() {
        return List.of(type);
    }

    @Override
    public Blocks blocks(ConfigKeys given) {
        ConfigKeys keys = given.withDefaults(DEFAULTS).withDefaults(ownDefaults);
        keys.only("hidden_act", "silu");
        Sizes sizes = Sizes.of(keys);
        double eps = keys.normEps("rms_norm_eps", 1e-6);
        int window = keys.flag("use_sliding_window") ? keys.window() : 0;
        int from = window == 0 ? sizes.layers() : keys.count("max_window_layers");
        Attention attention = attention(Attention.of(sizes), keys, eps);
        Mlp mlp = Mlp.of(sizes, Step.Activation.SILU);
        DecoderLayer layer = DecoderLayer.normsBefore(sizes.hidden(), eps);
        Rope rope = keys.rope(sizes.head(), 10000);
        Block all = new Block(layer.steps(attention, mlp), rope);
        Block some = new Block(layer.steps(attention.withWindow(window), mlp), rope);
        List<Block> layers = keys.layers(sizes.layers(), window, i -> i >= from, some, all);
        return keys.decoder(sizes, layers, Step.Norm.Kind.RMS, eps);
    }
}
