package io.lota4j.eval;

import org.jspecify.annotations.Nullable;

/// One example's scores.
///
/// @param index row in the data file, from 0
/// @param responseTokens tokens that were scored
/// @param sumLogprob sum of their log-probabilities, nats
/// @param generated the model's answer, or null if none was asked for
/// @param verdict of the answer, or null if none was asked for
public record ExampleScore(
        int index,
        int responseTokens,
        double sumLogprob,
        @Nullable String generated,
        AnswerCheck.@Nullable Verdict verdict) {

    /// Whether the answer was right, or null if none was asked for.
    public @Nullable Boolean correct() {
        return verdict == null ? null : verdict == AnswerCheck.Verdict.CORRECT;
    }
}
