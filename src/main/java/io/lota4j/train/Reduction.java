package io.lota4j.train;

/// What a batch's loss is the mean of.
public enum Reduction {
    /// Over all scored tokens of the whole accumulated batch.
    TOKEN_MEAN,
    /// Each example's sum, over the examples of the whole accumulated batch (the reference implementation's).
    EXAMPLE_SUM
}
