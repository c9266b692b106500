package io.lota4j.train.objective;

import java.util.List;

/// What objectives over pairs of a chosen and a rejected answer share: how much more probable than at the start the
/// chosen one has become than the rejected one, and what is told of it.
interface Preference extends Objective {
    /// Mean over pairs of `beta` times the difference of the log-ratios.
    String MARGIN = "reward_margin";

    /// Share of the pairs whose margin is over 0.
    String ACCURACY = "reward_accuracy";

    /// The factor of a log-ratio that makes it a reward.
    double beta();

    @Override
    default Mean mean() {
        return Mean.SAMPLES;
    }

    @Override
    default int sequences() {
        return 2;
    }

    @Override
    default boolean needsLosses() {
        return true;
    }

    @Override
    default double weigh(List<LabelledTokens> sequences, Figures figures) {
        LabelledTokens chosen = sequences.getFirst();
        LabelledTokens rejected = sequences.getLast();
        double difference = chosen.logRatio() - rejected.logRatio();
        figures.add(MARGIN, beta() * difference);
        figures.add(ACCURACY, difference > 0 ? 1 : 0);
        double slope = slope(difference);
        // A log-probability is a loss turned round.
        chosen.weighAll(-slope);
        rejected.weighAll(slope);
        return loss(difference);
    }

    /// The loss of a pair, from the difference of the log-ratios.
    double loss(double difference);

    /// The derivative of the loss by the difference.
    double slope(double difference);
}
