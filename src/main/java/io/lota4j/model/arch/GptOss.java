package io.lota4j.model.arch;

import io.lota4j.model.layer.Block;
import io.lota4j.model.layer.Blocks;
import io.lota4j.model.layer.Rope;
import io.lota4j.model.layer.Step;
import java.util.List;
import java.util.Map;

/// gpt-oss: experts in every layer, sinks of attention, and every other layer sees a window.
final class GptOss implements Architecture {
    private static final Map<String, Object> DEFAULTS = Map.of(
            "num_key_value_heads",
            8,
            "head_dim",
            64,
            "max_position_embeddings",
            131072,
            "sliding_window",
            128,
            "num_local_experts",
            128,
            "num_experts_per_tok",
            4,
            "swiglu_limit",
            7.,
            "attention_bias",
            true);

    @Override
    public String title() {
        return "gpt-oss";
    }

    @Override
    public List<String> types() {
        return List.of("gpt_oss");
    }

    @Override
    public Blocks blocks(ConfigKeys given) {
        ConfigKeys keys = given.withDefaults(DEFAULTS);
        keys.only("hidden_act", "silu");
        Sizes sizes = Sizes.of(keys);
        double eps = keys.normEps("rms_norm_eps", 1e-5);
        int count = keys.positive("num_local_experts");
        int top = keys.expertsPerToken(count);
        if (!keys.keys().has("rope_parameters") && !keys.keys().has("rope_scaling")) {
            throw keys.keys()
                    .refused("expected \"rope_parameters\" or \"rope_scaling\", found neither: a gpt-oss has YaRN.");
        }
        double limit = keys.number("swiglu_limit");
        FeedForward experts = (in, out) -> List.of(new Step.StackedExperts(
                out, in, sizes.hidden(), sizes.inner(), count, top, limit, "mlp.router", "mlp.experts"));
        boolean biased = keys.flag("attention_bias");
        Attention attention = Attention.of(sizes).withBiases(biased, biased).withSinks();
        DecoderLayer layer = DecoderLayer.normsBefore(sizes.hidden(), eps);
        int window = keys.window();
        List<Boolean> slides = keys.slides(sizes.layers(), window, i -> i % 2 == 0);
        Rope rope = keys.rope(sizes.head(), 150000);
        Block all = new Block(layer.steps(attention, experts), rope);
        Block some = new Block(layer.steps(attention.withWindow(window), experts), rope);
        List<Block> layers = slides.stream().map(slide -> slide ? some : all).toList();
        return keys.decoder(sizes, layers, Step.Norm.Kind.RMS, eps);
    }
}
