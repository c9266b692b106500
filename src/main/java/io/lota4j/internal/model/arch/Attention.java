package io.lota4j.internal.model.arch;

import io.lota4j.internal.model.layer.Step;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Attention whose projections are named `self_attn.{q,k,v,o}_proj`.
///
/// @param heads query heads
/// @param kvHeads key and value heads; divides `heads`
/// @param head width of a head
/// @param fused name of the one matrix that projects to queries, keys and values; null if each has its own
/// @param biased whether the projections of queries, keys and values have biases
/// @param outBiased whether that of the output has one
/// @param norm of queries and keys before they are rotated, `self_attn.{q,k}_norm`; null for none
/// @param part so many of a head's features are rotated, the first ones; 0 for none
/// @param tempered whether queries are multiplied by what depends on their position, after they are rotated
/// @param scale that scores are multiplied by
/// @param window how many tokens back a token sees, itself included; 0 for all
/// @param cap of the scores; 0 for none
/// @param sinks whether `self_attn.sinks` takes a share of each head's chances
/// @param gated whether the projection of queries also gives, head by head, what the outputs are multiplied by the
///     sigmoid of
record Attention(
        int hidden,
        int heads,
        int kvHeads,
        int head,
        @Nullable String fused,
        boolean biased,
        boolean outBiased,
        @Nullable Norm norm,
        int part,
        boolean tempered,
        double scale,
        int window,
        double cap,
        boolean sinks,
        boolean gated)
        implements Part {
    /// @param wholly whether over all heads at once, with a weight as wide; else over each, with a weight for all
    record Norm(Step.Norm.Kind kind, double eps, boolean wholly) {}

    /// That of a Llama.
    static Attention of(Sizes sizes) {
        return new Attention(
                sizes.hidden(),
                sizes.heads(),
                sizes.kvHeads(),
                sizes.head(),
                null,
                false,
                false,
                null,
                sizes.head(),
                false,
                Step.Attend.scale(sizes.head()),
                0,
                0,
                false,
                false);
    }

    Attention withFused(String matrix) {
        return new Attention(
                hidden, heads, kvHeads, head, matrix, biased, outBiased, norm, part, tempered, scale, window, cap,
                sinks, gated);
    }

    Attention withBiases(boolean in, boolean out) {
        return new Attention(
                hidden, heads, kvHeads, head, fused, in, out, norm, part, tempered, scale, window, cap, sinks, gated);
    }

    Attention withNorm(Norm of) {
        return new Attention(
                hidden, heads, kvHeads, head, fused, biased, outBiased, of, part, tempered, scale, window, cap, sinks,
                gated);
    }

    Attention withPart(int rotated) {
        return new Attention(
                hidden, heads, kvHeads, head, fused, biased, outBiased, norm, rotated, tempered, scale, window, cap,
                sinks, gated);
    }

    Attention withTemper() {
        return new Attention(
                hidden, heads, kvHeads, head, fused, biased, outBiased, norm, part, true, scale, window, cap, sinks,
                gated);
    }

    Attention withScale(double factor) {
        return new Attention(
                hidden, heads, kvHeads, head, fused, biased, outBiased, norm, part, tempered, factor, window, cap,
                sinks, gated);
    }

    Attention withWindow(int tokens) {
        return new Attention(
                hidden, heads, kvHeads, head, fused, biased, outBiased, norm, part, tempered, scale, tokens, cap, sinks,
                gated);
    }

    Attention withSinks() {
        return new Attention(
                hidden, heads, kvHeads, head, fused, biased, outBiased, norm, part, tempered, scale, window, cap, true,
                gated);
    }

    Attention withGate() {
        return new Attention(
                hidden, heads, kvHeads, head, fused, biased, outBiased, norm, part, tempered, scale, window, cap, sinks,
                true);
    }

    Attention withCap(double most) {
        return new Attention(
                hidden, heads, kvHeads, head, fused, biased, outBiased, norm, part, tempered, scale, window, most,
                sinks, gated);
    }

    @Override
    public List<Step> steps(String in, String out) {
        List<Step> steps = new ArrayList<>(projections(in));
        String q = rotated(steps, normed(steps, "q", heads), heads);
        if (tempered) {
            steps.add(new Step.Temper("qt", q, heads * head));
            q = "qt";
        }
        String k = rotated(steps, normed(steps, "k", kvHeads), kvHeads);
        steps.add(new Step.Attend(
                "att", q, k, "v", heads, kvHeads, head, scale, window, cap, sinks ? "self_attn.sinks" : null));
        String attended = "att";
        if (gated) {
            attended = "open";
            steps.add(new Step.Gate(attended, Step.Activation.SIGMOID, "opening", "att", heads * head));
        }
        steps.add(Step.Linear.of(
                out,
                hidden,
                attended,
                heads * head,
                "self_attn.o_proj.weight",
                outBiased ? "self_attn.o_proj.bias" : null));
        return steps;
    }

    private List<Step> projections(String in) {
        if (fused == null) {
            List<Step> steps = new ArrayList<>();
            steps.add(projection(gated ? "qo" : "q", "q", gated ? 2 * heads : heads, in));
            if (gated) {
                steps.add(new Step.Deal(List.of("q", "opening"), "qo", heads * head, head));
            }
            steps.add(projection("k", "k", kvHeads, in));
            steps.add(projection("v", "v", kvHeads, in));
            return steps;
        }
        List<Step.Value> outputs = List.of(
                new Step.Value("q", heads * head),
                new Step.Value("k", kvHeads * head),
                new Step.Value("v", kvHeads * head));
        return List.of(new Step.Linear(
                outputs, in, hidden, fused + ".weight", biased ? fused + ".bias" : null, Step.Linear.Layout.OUT_IN));
    }

    private Step projection(String out, String letter, int count, String in) {
        String name = "self_attn." + letter + "_proj.";
        return Step.Linear.of(out, count * head, in, hidden, name + "weight", biased ? name + "bias" : null);
    }

    private String normed(List<Step> steps, String value, int count) {
        if (norm == null) {
            return value;
        }
        int width = count * head;
        String out = value + "n";
        steps.add(new Step.Norm(
                out,
                value,
                norm.kind(),
                width,
                norm.wholly() ? width : head,
                norm.eps(),
                "self_attn." + value + "_norm.weight"));
        return out;
    }

    private String rotated(List<Step> steps, String value, int count) {
        if (part == 0) {
            return value;
        }
        String out = value + "r";
        steps.add(new Step.Rotate(out, value, count * head, head, part));
        return out;
    }
}
