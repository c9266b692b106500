package io.lota4j.train;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/// Where a run stands after a step.
///
/// @param step the step just done, 1, 2, …
/// @param steps how many there are
/// @param loss of the step's batch before the step, as the run's objective tells it (nats)
/// @param gradientNorm norm of the trained weights' gradient before clipping
/// @param lr learning rate of the step
/// @param tokens processed so far, prompts included, also those before a resumed run
/// @param scoredTokens of them, those that carried loss
/// @param seconds that the steps took so far, also those before a resumed run
/// @param phases what the seconds of this step went to
/// @param figures that the objective tells of the batch beside the loss, such as `reward_margin`; mostly none
public record Progress(
        long step,
        long steps,
        double loss,
        double gradientNorm,
        double lr,
        long tokens,
        long scoredTokens,
        double seconds,
        Phases phases,
        Map<String, Double> figures) {
    /// Copies the figures, sorted.
    public Progress {
        figures = Collections.unmodifiableMap(new TreeMap<>(figures));
    }

    /// Tokens a second so far.
    public double tokensPerSecond() {
        return seconds > 0 ? tokens / seconds : 0;
    }

    /// What the seconds of a step went to.
    ///
    /// @param model forward and backward passes, without the weights' gradients
    /// @param gradients of the trained weights
    /// @param update the optimizer, and the norm for the clip
    public record Phases(double model, double gradients, double update) {
        /// No time at all.
        public static final Phases NONE = new Phases(0, 0, 0);

        /// Both together.
        public Phases plus(Phases other) {
            return new Phases(model + other.model, gradients + other.gradients, update + other.update);
        }

        /// An equal part of it.
        public Phases dividedBy(int parts) {
            return new Phases(model / parts, gradients / parts, update / parts);
        }

        /// All of the step.
        public double total() {
            return model + gradients + update;
        }
    }
}
