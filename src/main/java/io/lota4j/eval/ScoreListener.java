package io.lota4j.eval;

/// Hears of every batch that is scored, of every four where answers are generated.
@FunctionalInterface
public interface ScoreListener {
    /// @param done examples so far
    /// @param all examples in all
    /// @param tokens that went through the model so far
    void batch(int done, int all, long tokens);
}
