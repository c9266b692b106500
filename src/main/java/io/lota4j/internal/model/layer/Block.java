package io.lota4j.internal.model.layer;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A decoder layer.
///
/// @param steps in the order of computation, the last of which computes the layer's output
/// @param rope of its [Step.Rotate]s; null if it has none
public record Block(List<Step> steps, @Nullable Rope rope) {
    public Block {
        steps = List.copyOf(steps);
    }

    /// Its weights, in the order of computation.
    public List<Weight> weights() {
        return steps.stream().flatMap(step -> step.weights().stream()).toList();
    }

    /// Its attention.
    ///
    /// @throws IllegalStateException if it has a convolution instead
    public Step.Attend attention() {
        return first(Step.Attend.class).orElseThrow(() -> new IllegalStateException("a layer without attention"));
    }

    /// Its convolution; empty if it has attention.
    public Optional<Step.Convolve> convolution() {
        return first(Step.Convolve.class);
    }

    /// Its delta rule, which is behind a convolution; empty if it has attention, or none.
    public Optional<Step.DeltaRule> deltaRule() {
        return first(Step.DeltaRule.class);
    }

    private <T extends Step> Optional<T> first(Class<T> kind) {
        return steps.stream().filter(kind::isInstance).map(kind::cast).findFirst();
    }
}
