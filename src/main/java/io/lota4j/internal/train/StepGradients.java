package io.lota4j.internal.train;

import io.lota4j.internal.model.GradientSink;

/// Adds up the gradients of one step's passes.
public interface StepGradients extends GradientSink {
    /// Forgets the last step.
    void clear();

    /// Makes the sums zero within a step, and forgets nothing else of it.
    void zero();

    /// What the step's passes had a part for.
    Reached reached();

    /// What the last step's gradients took, beside the passes themselves.
    double seconds();
}
