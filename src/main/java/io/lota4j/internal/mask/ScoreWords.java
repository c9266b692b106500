package io.lota4j.internal.mask;

/// What the values that weights are chosen by are called in messages, and what helps where they do not serve.
///
/// @param one such as `delta`
/// @param many such as `deltas`
/// @param tooFew what to do when fewer than are to be chosen are not zero, without a full stop
/// @param notFinite why a value may be NaN or infinite, a whole sentence
public record ScoreWords(String one, String many, String tooFew, String notFinite) {
    /// Of what a fine-tune moved.
    public static final ScoreWords DELTAS = new ScoreWords(
            "delta",
            "deltas",
            "Use more steps or a higher learning rate",
            "The training that made it diverged; use a lower learning rate.");
}
