package io.lota4j.model.arch;

import io.lota4j.model.layer.Step;
import java.util.ArrayList;
import java.util.List;

/// Attention with projections of its own for queries, keys and values, named `self_attn.{q,k,v,o}_proj`.
///
/// @param heads query heads
/// @param kvHeads key and value heads; divides `heads`
/// @param head width of a head
/// @param biased whether the projections of queries, keys and values have biases
/// @param outBiased whether that of the output has one
/// @param rotated whether queries and keys are rotated
/// @param window how many tokens back a token sees; 0 for all
record Attention(
        int hidden, int heads, int kvHeads, int head, boolean biased, boolean outBiased, boolean rotated, int window) {
    List<Step> steps(String in, String out) {
        List<Step> steps = new ArrayList<>();
        steps.add(projection("q", heads, in));
        steps.add(projection("k", kvHeads, in));
        steps.add(projection("v", kvHeads, in));
        String q = turned(steps, "q", heads);
        String k = turned(steps, "k", kvHeads);
        steps.add(new Step.Attend("att", q, k, "v", heads, kvHeads, head, Step.Attend.scale(head), window, 0));
        steps.add(Step.Linear.of(
                out,
                hidden,
                "att",
                heads * head,
                "self_attn.o_proj.weight",
                outBiased ? "self_attn.o_proj.bias" : null));
        return steps;
    }

    private Step projection(String letter, int count, String in) {
        String name = "self_attn." + letter + "_proj.";
        return Step.Linear.of(letter, count * head, in, hidden, name + "weight", biased ? name + "bias" : null);
    }

    private String turned(List<Step> steps, String value, int count) {
        if (!rotated) {
            return value;
        }
        steps.add(new Step.Rotate(value + "r", value, count * head, head, head));
        return value + "r";
    }
}
