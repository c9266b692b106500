package io.lota4j.model.layer;

import java.util.List;
import java.util.stream.Stream;
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
    public Step.Attend attention() {
        return steps.stream()
                .flatMap(step -> step instanceof Step.Attend attend ? Stream.of(attend) : Stream.empty())
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("a layer without attention"));
    }
}
