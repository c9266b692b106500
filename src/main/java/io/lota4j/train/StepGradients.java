package io.lota4j.train;

import io.lota4j.model.GradientSink;

/// Adds up the gradients of one step's passes.
public interface StepGradients extends GradientSink {
    /// Forgets the last step.
    void clear();

    /// What the last step's gradients took, beside the passes themselves.
    double seconds();
}
