package io.lota4j.internal.model.arch;

import io.lota4j.internal.model.layer.Step;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A layer that adds an attention and then an MLP to the residual stream, with norms before or behind them.
///
/// @param kind of the norms
/// @param names of the norms before and behind the attention, and before and behind the MLP, without `.weight`; null
///     where there is none
/// @param multiplier what is added is multiplied by
record DecoderLayer(int hidden, Step.Norm.Kind kind, double eps, Names names, double multiplier) {
    /// Where norms are.
    record Names(
            @Nullable String attention,
            @Nullable String behindAttention,
            @Nullable String mlp,
            @Nullable String behindMlp) {}

    /// As in Llama: `h = x + attention(norm(x))`, `y = h + mlp(norm(h))`.
    static DecoderLayer normsBefore(int hidden, double eps) {
        return normsBefore(hidden, Step.Norm.Kind.RMS, eps);
    }

    static DecoderLayer normsBefore(int hidden, Step.Norm.Kind kind, double eps) {
        Names names = new Names("input_layernorm", null, "post_attention_layernorm", null);
        return new DecoderLayer(hidden, kind, eps, names, 1);
    }

    /// As in OLMo 2: `h = x + norm(attention(x))`, `y = h + norm(mlp(h))`.
    static DecoderLayer normsBehind(int hidden, double eps) {
        Names names = new Names(null, "post_attention_layernorm", null, "post_feedforward_layernorm");
        return new DecoderLayer(hidden, Step.Norm.Kind.RMS, eps, names, 1);
    }

    /// As in Gemma 2: `h = x + norm(attention(norm(x)))`, `y = h + norm(mlp(norm(h)))`.
    static DecoderLayer normsAround(int hidden, Step.Norm.Kind kind, double eps) {
        Names names = new Names(
                "input_layernorm",
                "post_attention_layernorm",
                "pre_feedforward_layernorm",
                "post_feedforward_layernorm");
        return new DecoderLayer(hidden, kind, eps, names, 1);
    }

    DecoderLayer withMultiplier(double factor) {
        return new DecoderLayer(hidden, kind, eps, names, factor);
    }

    List<Step> steps(Part attention, Part mlp) {
        List<Step> steps = new ArrayList<>();
        String x1 = normed(steps, "x1", Step.INPUT, names.attention());
        steps.addAll(attention.steps(x1, "o"));
        add(steps, "h", normed(steps, "on", "o", names.behindAttention()), Step.INPUT);
        String x2 = normed(steps, "x2", "h", names.mlp());
        steps.addAll(mlp.steps(x2, "down"));
        add(steps, "y", normed(steps, "downn", "down", names.behindMlp()), "h");
        return steps;
    }

    private String normed(List<Step> steps, String out, String in, @Nullable String name) {
        if (name == null) {
            return in;
        }
        steps.add(new Step.Norm(out, in, kind, hidden, hidden, eps, name + ".weight"));
        return out;
    }

    private void add(List<Step> steps, String out, String branch, String stream) {
        String added = branch;
        if (multiplier != 1) {
            added = branch + "m";
            steps.add(new Step.Scale(added, branch, hidden, multiplier));
        }
        steps.add(new Step.Add(out, added, stream, hidden));
    }
}
