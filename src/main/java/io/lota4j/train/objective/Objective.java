package io.lota4j.train.objective;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/// What training minimises: a weight for each labelled token, from the tokens' losses and, where needed, frozen
/// reference log-probabilities.
///
/// A backward pass hands on the gradient of the sum over tokens of weight times loss. So the weight of a token is the
/// derivative of the objective by the token's loss, and an objective needs no gradient of its own.
///
/// An objective whose weights do not depend on losses is linear: its loss is the weighted sum of the tokens' losses.
public interface Objective {
    /// As options, recipes and settings name it.
    String name();

    /// Its parameters with their values, those that have their defaults included.
    default SequencedMap<Parameter, Double> settings() {
        return new LinkedHashMap<>();
    }

    /// What a step's loss is the mean of.
    enum Mean {
        /// Labelled tokens or examples, as the run's reduction says.
        REDUCTION,
        /// Samples.
        SAMPLES
    }

    /// What a step's loss is the mean of.
    default Mean mean() {
        return Mean.REDUCTION;
    }

    /// How many sequences a sample has: 1, or 2 where a chosen answer comes before a rejected one.
    default int sequences() {
        return 1;
    }

    /// Whether it reads the weights that rows give their tokens; else rows must not give any.
    default boolean readsWeights() {
        return false;
    }

    /// Whether weights depend on losses, which takes one more product with the head over labelled tokens.
    boolean needsLosses();

    /// Whether weights depend on log-probabilities under the weights that the run started from.
    default boolean needsReference() {
        return needsLosses();
    }

    /// Sets the weight of every labelled token of a sample.
    ///
    /// @param sequences of the sample, in its order; losses and references are zero where they are not needed
    /// @param figures takes what is told beside the loss
    /// @return the loss that is told, in nats
    double weigh(List<LabelledTokens> sequences, Figures figures);

    /// What is minimised on rows that are mixed in so that what was known stays, and are not the task's.
    default Objective onMixedRows() {
        return this;
    }

    /// Whether it needs a warm-up of the learning rate to do what it is for.
    default boolean wantsWarmUp() {
        return false;
    }

    /// Takes figures by name, of one sample each; a step's is their sum over what its loss is the mean of.
    @FunctionalInterface
    interface Figures {
        /// Adds to a figure.
        void add(String name, double value);
    }
}
