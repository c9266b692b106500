package io.lota4j;

import io.lota4j.model.Sampling;

/// How a model answers.
///
/// @param maxTokens the most tokens of the answer, at least 1; fewer where the model's positions end before
/// @param sampling how each is chosen
/// @param seed of the draws
/// @param allowSpecial whether the text of control tokens in the message stands for these tokens; else it is text
public record Generation(int maxTokens, Sampling sampling, long seed, boolean allowSpecial) {
    /// An answer.
    ///
    /// @param text without special tokens
    /// @param ended whether the model ended it; false: it was cut
    /// @param room the most tokens that it could have: those asked for, or what the model's positions left
    public record Answer(String text, boolean ended, int room) {}

    /// @throws LotaException if the answer is to have no token
    public Generation {
        if (maxTokens < 1) {
            throw new LotaException("An answer must be allowed at least 1 token, found " + maxTokens + ".");
        }
    }

    /// An answer to a message that is text, whatever it says.
    public Generation(int maxTokens, Sampling sampling, long seed) {
        this(maxTokens, sampling, seed, false);
    }

    /// The most probable token each time.
    public static Generation greedy(int maxTokens) {
        return new Generation(maxTokens, new Sampling.Greedy(), 0);
    }
}
