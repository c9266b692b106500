package io.lota4j.train.fit;

/// Hears how far a fit has come.
@FunctionalInterface
public interface FitListener {
    /// Called before the first part and after each.
    ///
    /// @param what is done: `answers`, `before`, `fit` or `after`
    /// @param done parts of it
    /// @param all parts of it
    /// @param divergence of the last step, nats a token; NaN where none is known
    void at(String what, long done, long all, double divergence);
}
