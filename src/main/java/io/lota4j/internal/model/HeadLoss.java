package io.lota4j.internal.model;

/// What a backward pass takes the gradient of: a weighted sum over the scored tokens.
sealed interface HeadLoss {
    /// Cross entropy of the batch's labels.
    record Labels(RowWeights weights) implements HeadLoss {}

    /// Kullback-Leibler divergence of what is expected now from what was expected.
    ///
    /// @param weights one a scored token
    @SuppressWarnings("ArrayRecordComponent") // made once and given away
    record Divergence(Expectations from, float[] weights) implements HeadLoss {}
}
