package io.lota4j.internal.model.arch;

import io.lota4j.internal.checkpoint.DecoderNames;
import io.lota4j.internal.model.layer.Block;
import io.lota4j.internal.model.layer.Blocks;
import io.lota4j.internal.model.layer.Step;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// GPT-NeoX, as in Pythia: layer norms, one matrix whose rows are queries, keys and values head by head, a part of
/// each head rotated, and attention and MLP side by side unless the configuration says otherwise.
final class GptNeoX implements Architecture {
    private static final String DEFAULTS = """
        {"vocab_size": 50432, "hidden_size": 6144, "intermediate_size": 24576, "num_hidden_layers": 44,
        "num_attention_heads": 64, "max_position_embeddings": 2048, "rotary_pct": 0.25, "rotary_emb_base": 10000,
        "use_parallel_residual": true, "attention_bias": true}\
        """;

    @Override
    public String title() {
        return "GPT-NeoX";
    }

    @Override
    public List<String> types() {
        return List.of("gpt_neox");
    }

    @Override
    public List<DecoderNames> names() {
        return List.of(DecoderNames.GPT_NEOX);
    }

    @Override
    public Blocks blocks(ConfigKeys given) {
        ConfigKeys keys = given.withDefaults(DEFAULTS);
        int hidden = keys.positive("hidden_size");
        int heads = keys.positive("num_attention_heads");
        int head = keys.share(hidden, "hidden_size", heads, "num_attention_heads");
        double eps = keys.normEps("layer_norm_eps", 1e-5);
        int part = keys.rotated(head, keys.number("rotary_pct"));
        boolean parallel = keys.flag("use_parallel_residual");
        List<Step> steps = new ArrayList<>();
        steps.add(norm("x1", Step.INPUT, hidden, eps, "input_layernorm"));
        attention(steps, hidden, heads, head, part, keys.flag("attention_bias"));
        steps.add(new Step.Add("h", "o", Step.INPUT, hidden));
        steps.add(norm("x2", parallel ? Step.INPUT : "h", hidden, eps, "post_attention_layernorm"));
        mlp(steps, hidden, keys.positive("intermediate_size"), keys.activation("hidden_act", "gelu"));
        steps.add(new Step.Add("y", "down", "h", hidden));
        Block layer = new Block(steps, keys.partRope(part, keys.number("rotary_emb_base")));
        String prefix = keys.names().prefix();
        String embedding = prefix + "embed_in.weight";
        return new Blocks(
                hidden,
                keys.positive("vocab_size"),
                keys.positive("max_position_embeddings"),
                embedding,
                1,
                null,
                keys.names(),
                Collections.nCopies(keys.layers("num_hidden_layers"), layer),
                norm("norm", "hidden", hidden, eps, prefix + "final_layer_norm"),
                keys.flag("tie_word_embeddings") ? embedding : keys.names().head(),
                1,
                0);
    }

    private static void attention(List<Step> steps, int hidden, int heads, int head, int part, boolean biased) {
        String fused = "attention.query_key_value.";
        String out = "attention.dense.";
        steps.add(Step.Linear.of("qkv", 3 * hidden, "x1", hidden, fused + "weight", bias(fused, biased)));
        steps.add(new Step.Deal(List.of("q", "k", "v"), "qkv", hidden, head));
        steps.add(new Step.Rotate("qr", "q", hidden, head, part));
        steps.add(new Step.Rotate("kr", "k", hidden, head, part));
        steps.add(new Step.Attend("att", "qr", "kr", "v", heads, heads, head, Step.Attend.scale(head), 0, 0));
        steps.add(Step.Linear.of("o", hidden, "att", hidden, out + "weight", bias(out, biased)));
    }

    private static @Nullable String bias(String name, boolean biased) {
        return biased ? name + "bias" : null;
    }

    private static void mlp(List<Step> steps, int hidden, int inner, Step.Activation activation) {
        String up = "mlp.dense_h_to_4h.";
        String down = "mlp.dense_4h_to_h.";
        steps.add(Step.Linear.of("up", inner, "x2", hidden, up + "weight", up + "bias"));
        steps.add(new Step.Activate("act", activation, "up", inner));
        steps.add(Step.Linear.of("down", hidden, "act", inner, down + "weight", down + "bias"));
    }

    private static Step.Norm norm(String out, String in, int width, double eps, String name) {
        return new Step.Norm(out, in, Step.Norm.Kind.LAYER, width, width, eps, name + ".weight", name + ".bias");
    }
}
