package io.lota4j.internal.model.arch;

import io.lota4j.internal.model.layer.Step;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// An MLP with a gate, `down(activation(gate x) * up x)`, whose matrices are named `mlp.{gate,up,down}_proj`.
///
/// @param inner its width
/// @param fused whether one matrix `mlp.gate_up_proj` holds the rows of the gate and then those beside it
/// @param biased whether the projections have biases
record Mlp(int hidden, int inner, boolean fused, boolean biased, Step.Activation activation) implements Part {
    static Mlp of(Sizes sizes, Step.Activation activation) {
        return new Mlp(sizes.hidden(), sizes.inner(), false, false, activation);
    }

    Mlp withBiases(boolean all) {
        return new Mlp(hidden, inner, fused, all, activation);
    }

    Mlp withFused() {
        return new Mlp(hidden, inner, true, biased, activation);
    }

    @Override
    public List<Step> steps(String in, String out) {
        Step gated = new Step.Gate("act", activation, "gate", "up", inner);
        Step down = Step.Linear.of(out, hidden, "act", inner, "mlp.down_proj.weight", bias("down"));
        return fused
                ? List.of(
                        new Step.Linear(
                                List.of(new Step.Value("gate", inner), new Step.Value("up", inner)),
                                in,
                                hidden,
                                "mlp.gate_up_proj.weight",
                                bias("gate_up"),
                                Step.Linear.Layout.OUT_IN),
                        gated,
                        down)
                : List.of(
                        Step.Linear.of("gate", inner, in, hidden, "mlp.gate_proj.weight", bias("gate")),
                        Step.Linear.of("up", inner, in, hidden, "mlp.up_proj.weight", bias("up")),
                        gated,
                        down);
    }

    private @Nullable String bias(String part) {
        return biased ? "mlp." + part + "_proj.bias" : null;
    }
}
