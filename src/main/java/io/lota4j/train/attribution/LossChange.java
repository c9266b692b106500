package io.lota4j.train.attribution;

import io.lota4j.internal.train.LossChanges;

/// How much of the loss the weight's movement in a brief fine-tune accounts for, to first order:
/// the sum over its steps of abs(g × Δ), with g the gradient of a step's loss before clipping and
/// Δ what the step added to the weight. The terms without their magnitude are those of loss
/// change allocation (arXiv 1909.01440), at each step's start.
///
/// Every step counts, so the fine-tune cannot end with the weights of its best step.
public record LossChange() implements Attribution.OfTraining {
    @Override
    public String name() {
        return LossChanges.NAME;
    }

    @Override
    public String meaning() {
        return "how much of the loss its movement in a brief fine-tune accounts for";
    }

    @Override
    public boolean sumsSteps() {
        return true;
    }
}
