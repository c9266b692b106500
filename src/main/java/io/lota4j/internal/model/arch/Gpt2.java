package io.lota4j.internal.model.arch;

import io.lota4j.internal.checkpoint.DecoderNames;
import io.lota4j.internal.checkpoint.JsonKeys;
import io.lota4j.internal.checkpoint.JsonKeys.Null;
import io.lota4j.internal.model.layer.Block;
import io.lota4j.internal.model.layer.Blocks;
import io.lota4j.internal.model.layer.Step;
import java.util.Collections;
import java.util.List;

/// GPT-2: layer norms, learned positions, and matrices that are stored transposed.
final class Gpt2 implements Architecture {
    private static final String DEFAULTS = """
        {"vocab_size": 50257, "n_positions": 1024, "n_embd": 768, "n_layer": 12, "n_head": 12,
        "scale_attn_weights": true, "tie_word_embeddings": true}\
        """;

    @Override
    public String title() {
        return "GPT-2";
    }

    @Override
    public List<String> types() {
        return List.of("gpt2");
    }

    @Override
    public List<DecoderNames> names() {
        return DecoderNames.GPT2;
    }

    @Override
    public Blocks blocks(ConfigKeys given) {
        ConfigKeys keys = given.withAlias("hidden_size", "n_embd")
                .withAlias("max_position_embeddings", "n_positions")
                .withAlias("num_attention_heads", "n_head")
                .withAlias("num_hidden_layers", "n_layer")
                .withDefaults(DEFAULTS);
        keys.never("scale_attn_by_inverse_layer_idx");
        keys.never("add_cross_attention");
        int hidden = keys.positive("n_embd");
        int heads = keys.positive("n_head");
        int head = keys.share(hidden, "n_embd", heads, "n_head");
        double scale = keys.flag("scale_attn_weights") ? Step.Attend.scale(head) : 1;
        double eps = keys.normEps("layer_norm_epsilon", 1e-5);
        JsonKeys json = keys.keys();
        int inner = json.optionalPositive("n_inner", Null.ABSENT).orElse(4 * hidden);
        List<Step> steps = List.of(
                norm("x1", Step.INPUT, hidden, eps, "ln_1"),
                matrix(List.of("q", "k", "v"), hidden, "x1", hidden, "attn.c_attn"),
                new Step.Attend("att", "q", "k", "v", heads, heads, head, scale, 0, 0),
                matrix(List.of("o"), hidden, "att", hidden, "attn.c_proj"),
                new Step.Add("h", "o", Step.INPUT, hidden),
                norm("x2", "h", hidden, eps, "ln_2"),
                matrix(List.of("up"), inner, "x2", hidden, "mlp.c_fc"),
                new Step.Activate("act", keys.activation("activation_function", "gelu_new"), "up", inner),
                matrix(List.of("down"), hidden, "act", inner, "mlp.c_proj"),
                new Step.Add("y", "down", "h", hidden));
        String prefix = keys.names().prefix();
        String embedding = prefix + "wte.weight";
        return new Blocks(
                hidden,
                keys.positive("vocab_size"),
                keys.positive("n_positions"),
                embedding,
                1,
                prefix + "wpe.weight",
                keys.names(),
                Collections.nCopies(keys.layers("n_layer"), new Block(steps, null)),
                norm("norm", "hidden", hidden, eps, prefix + "ln_f"),
                keys.flag("tie_word_embeddings") ? embedding : keys.names().head(),
                1,
                0);
    }

    private static Step.Norm norm(String out, String in, int width, double eps, String name) {
        return new Step.Norm(out, in, Step.Norm.Kind.LAYER, width, width, eps, name + ".weight", name + ".bias");
    }

    private static Step matrix(List<String> outs, int width, String in, int inWidth, String name) {
        List<Step.Value> values =
                outs.stream().map(out -> new Step.Value(out, width)).toList();
        return new Step.Linear(values, in, inWidth, name + ".weight", name + ".bias", Step.Linear.Layout.IN_OUT);
    }
}
