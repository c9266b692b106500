package io.lota4j.internal.train;

import io.lota4j.internal.model.GradientSink;
import org.jspecify.annotations.Nullable;

/// Adds up the gradients of one step's passes.
public interface StepGradients extends GradientSink {
    /// Forgets the last step.
    void clear();

    /// Whether a step moves what is trained under a name: not where passes ran and none had a part for it, as for an
    /// expert that no token went through. It then has no update, and no decay.
    boolean moves(String trainable);

    /// Which of the experts' parts of a trained weight a step moves; null for all of it.
    default @Nullable ReachedParts parts(String trainable) {
        return null;
    }

    /// What the last step's gradients took, beside the passes themselves.
    double seconds();
}
