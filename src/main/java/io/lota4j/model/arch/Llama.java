package io.lota4j.model.arch;

import io.lota4j.model.layer.Block;
import io.lota4j.model.layer.Blocks;
import io.lota4j.model.layer.Rope;
import io.lota4j.model.layer.Step;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/// Llama, and what differs from it by its configuration only.
final class Llama implements Architecture {
    @Override
    public String name() {
        return "Llama";
    }

    @Override
    public String type() {
        return "llama";
    }

    @Override
    public Blocks blocks(ConfigKeys keys) {
        keys.only("hidden_act", "silu");
        int hidden = keys.positive("hidden_size");
        int heads = keys.positive("num_attention_heads");
        int head = keys.headWidth(hidden, heads);
        int kvHeads = keys.kvHeads(heads);
        int layers = keys.positive("num_hidden_layers");
        int inner = keys.positive("intermediate_size");
        int vocabulary = keys.positive("vocab_size");
        int positions = keys.positions(2048);
        double eps = keys.normEps("rms_norm_eps", 1e-6);
        boolean tied = keys.flag("tie_word_embeddings");
        boolean biased = keys.flag("attention_bias");
        Attention attention = new Attention(hidden, heads, kvHeads, head, biased, biased, true, 0);
        Mlp mlp = new Mlp(hidden, inner, keys.flag("mlp_bias"), Step.Activation.SILU);
        Rope rope = keys.rope(head, 10000);
        Block layer = new Block(layer(hidden, eps, attention.steps("x1", "o"), mlp.steps("x2", "down")), rope);
        return blocks(hidden, vocabulary, positions, tied, Collections.nCopies(layers, layer), eps);
    }

    /// A layer of most decoders: `h = x + attention(norm(x))`, `y = h + mlp(norm(h))`.
    ///
    /// @param attention from `x1` to `o`
    /// @param mlp from `x2` to `down`
    static List<Step> layer(int hidden, double eps, List<Step> attention, List<Step> mlp) {
        List<Step> steps = new ArrayList<>();
        steps.add(rms("x1", Step.INPUT, hidden, eps, "input_layernorm.weight"));
        steps.addAll(attention);
        steps.add(new Step.Add("h", "o", Step.INPUT, hidden));
        steps.add(rms("x2", "h", hidden, eps, "post_attention_layernorm.weight"));
        steps.addAll(mlp);
        steps.add(new Step.Add("y", "down", "h", hidden));
        return steps;
    }

    /// What is outside the layers of most decoders.
    static Blocks blocks(int hidden, int vocabulary, int positions, boolean tied, List<Block> layers, double eps) {
        String embedding = "model.embed_tokens.weight";
        return new Blocks(
                hidden,
                vocabulary,
                positions,
                embedding,
                1,
                "model.layers.",
                layers,
                rms("norm", "hidden", hidden, eps, "model.norm.weight"),
                tied ? embedding : "lm_head.weight",
                1,
                0);
    }

    static Step.Norm rms(String out, String in, int width, double eps, String weight) {
        return new Step.Norm(out, in, Step.Norm.Kind.RMS, width, width, eps, weight);
    }
}
