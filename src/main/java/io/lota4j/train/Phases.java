package io.lota4j.train;

/// What the seconds of a step went to.
///
/// @param model forward and backward passes, without the weights' gradients
/// @param gradients of the trained weights
/// @param update the optimizer, and the norm for the clip
public record Phases(double model, double gradients, double update) {
    /// All of the step.
    public double total() {
        return model + gradients + update;
    }
}
