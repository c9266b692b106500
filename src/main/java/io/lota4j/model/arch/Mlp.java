package io.lota4j.model.arch;

import io.lota4j.model.layer.Step;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// An MLP with a gate: `down(activation(gate x) * up x)`.
///
/// @param inner its width
/// @param biased whether the projections have biases
record Mlp(int hidden, int inner, boolean biased, Step.Activation activation) {
    List<Step> steps(String in, String out) {
        return List.of(
                Step.Linear.of("gate", inner, in, hidden, "mlp.gate_proj.weight", bias("gate")),
                Step.Linear.of("up", inner, in, hidden, "mlp.up_proj.weight", bias("up")),
                new Step.Gate("act", activation, "gate", "up", inner),
                Step.Linear.of(out, hidden, "act", inner, "mlp.down_proj.weight", bias("down")));
    }

    private @Nullable String bias(String part) {
        return biased ? "mlp." + part + "_proj.bias" : null;
    }
}
