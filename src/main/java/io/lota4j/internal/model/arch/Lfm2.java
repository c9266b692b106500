package io.lota4j.internal.model.arch;

import io.lota4j.internal.checkpoint.JsonKeys.Null;
import io.lota4j.internal.model.layer.Block;
import io.lota4j.internal.model.layer.Blocks;
import io.lota4j.internal.model.layer.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/// LFM2: short convolutions between two gates in most layers, attention in the others.
final class Lfm2 implements Architecture {
    private static final String DEFAULTS = """
        {"vocab_size": 65536, "hidden_size": 2560, "intermediate_size": 12288, "num_hidden_layers": 32,
        "num_attention_heads": 32, "num_key_value_heads": 8, "max_position_embeddings": 128000, "conv_L_cache": 3,
        "block_multiple_of": 256, "block_ffn_dim_multiplier": 1.0, "block_auto_adjust_ff_dim": true,
        "tie_word_embeddings": true}\
        """;

    @Override
    public String title() {
        return "LFM2";
    }

    @Override
    public List<String> types() {
        return List.of("lfm2");
    }

    @Override
    public Blocks blocks(ConfigKeys given) {
        ConfigKeys keys = given.withAlias("tie_embedding", "tie_word_embeddings")
                .withAlias("block_ff_dim", "intermediate_size")
                .withDefaults(DEFAULTS);
        Sizes sizes = Sizes.of(keys);
        double eps = keys.normEps("norm_eps", 1e-5);
        int inner = inner(keys, sizes.inner());
        Block convolution = new Block(convolution(keys, sizes.hidden(), inner, eps), null);
        Block attention = new Block(attention(sizes, inner, eps), keys.rope(sizes.head(), 1e6));
        List<Block> layers = convolutions(keys, sizes.layers()).stream()
                .map(convolves -> convolves ? convolution : attention)
                .toList();
        return keys.decoder(sizes, layers, Step.Norm.Kind.RMS, eps).withNorm("embedding_norm.weight");
    }

    /// The width of the MLPs, which the configuration gives before two thirds of it are taken and rounded.
    private static int inner(ConfigKeys keys, int given) {
        if (!keys.flag("block_auto_adjust_ff_dim")) {
            return given;
        }
        int multiple = keys.positive("block_multiple_of");
        int taken = (int) (keys.number("block_ffn_dim_multiplier") * (int) (2L * given / 3));
        return multiple * Math.ceilDiv(taken, multiple);
    }

    /// Which layers convolve: `layer_types`, or all but those of `full_attn_idxs`.
    private static List<Boolean> convolutions(ConfigKeys keys, int layers) {
        List<Integer> attend = keys.keys()
                .optionalWholes("full_attn_idxs", Null.ABSENT)
                .orElseGet(() -> IntStream.range(0, layers).boxed().toList());
        return keys.layersOf("conv", layers, layer -> !attend.contains(layer));
    }

    private static List<Step> convolution(ConfigKeys keys, int hidden, int inner, double eps) {
        boolean biased = keys.flag("conv_bias");
        List<Step.Value> parts = List.of(
                new Step.Value("before", hidden), new Step.Value("behind", hidden), new Step.Value("v", hidden));
        List<Step> steps = new ArrayList<>();
        steps.add(norm("x1", Step.INPUT, hidden, eps, "operator_norm"));
        steps.add(new Step.Linear(
                parts,
                "x1",
                hidden,
                "conv.in_proj.weight",
                biased ? "conv.in_proj.bias" : null,
                Step.Linear.Layout.OUT_IN));
        steps.add(new Step.Multiply("gated", "before", "v", hidden));
        steps.add(new Step.Convolve(
                "conv",
                "gated",
                hidden,
                keys.positive("conv_L_cache"),
                "conv.conv.weight",
                biased ? "conv.conv.bias" : null));
        steps.add(new Step.Multiply("c", "behind", "conv", hidden));
        steps.add(
                Step.Linear.of("o", hidden, "c", hidden, "conv.out_proj.weight", biased ? "conv.out_proj.bias" : null));
        return withMlp(steps, hidden, inner, eps);
    }

    private static List<Step> attention(Sizes sizes, int inner, double eps) {
        int hidden = sizes.hidden();
        int queries = sizes.heads() * sizes.head();
        int keys = sizes.kvHeads() * sizes.head();
        List<Step> steps = new ArrayList<>();
        steps.add(norm("x1", Step.INPUT, hidden, eps, "operator_norm"));
        steps.add(Step.Linear.of("q", queries, "x1", hidden, "self_attn.q_proj.weight", null));
        steps.add(Step.Linear.of("k", keys, "x1", hidden, "self_attn.k_proj.weight", null));
        steps.add(Step.Linear.of("v", keys, "x1", hidden, "self_attn.v_proj.weight", null));
        steps.add(headNorm("qn", "q", queries, sizes.head(), eps));
        steps.add(headNorm("kn", "k", keys, sizes.head(), eps));
        steps.add(new Step.Rotate("qr", "qn", queries, sizes.head(), sizes.head()));
        steps.add(new Step.Rotate("kr", "kn", keys, sizes.head(), sizes.head()));
        steps.add(new Step.Attend(
                "att",
                "qr",
                "kr",
                "v",
                sizes.heads(),
                sizes.kvHeads(),
                sizes.head(),
                Step.Attend.scale(sizes.head()),
                0,
                0));
        steps.add(Step.Linear.of("o", hidden, "att", queries, "self_attn.out_proj.weight", null));
        return withMlp(steps, hidden, inner, eps);
    }

    private static List<Step> withMlp(List<Step> steps, int hidden, int inner, double eps) {
        steps.add(new Step.Add("h", "o", Step.INPUT, hidden));
        steps.add(norm("x2", "h", hidden, eps, "ffn_norm"));
        steps.add(Step.Linear.of("gate", inner, "x2", hidden, "feed_forward.w1.weight", null));
        steps.add(Step.Linear.of("up", inner, "x2", hidden, "feed_forward.w3.weight", null));
        steps.add(new Step.Gate("act", Step.Activation.SILU, "gate", "up", inner));
        steps.add(Step.Linear.of("down", hidden, "act", inner, "feed_forward.w2.weight", null));
        steps.add(new Step.Add("y", "down", "h", hidden));
        return steps;
    }

    private static Step norm(String out, String in, int width, double eps, String name) {
        return new Step.Norm(out, in, Step.Norm.Kind.RMS, width, width, eps, name + ".weight");
    }

    private static Step headNorm(String out, String value, int width, int head, double eps) {
        String name = "self_attn." + value + "_layernorm.weight";
        return new Step.Norm(out, value, Step.Norm.Kind.RMS, width, head, eps, name);
    }
}
