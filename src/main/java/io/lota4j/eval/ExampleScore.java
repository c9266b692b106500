package io.lota4j.eval;

import org.jspecify.annotations.Nullable;

/// One example's scores.
///
/// @param index row in the data file, from 0
/// @param responseTokens tokens that were scored
/// @param sumLogprob sum of their log-probabilities, nats
/// @param generated the model's answer, or null if none was asked for
/// @param verdict of the answer, or null if none was asked for
/// @param cramped whether the model's positions left the answer room for fewer tokens than were asked for
public record ExampleScore(
        int index,
        int responseTokens,
        double sumLogprob,
        @Nullable String generated,
        @Nullable Verdict verdict,
        boolean cramped) {

    /// The scores of an example whose answer, if one was asked for, had all the room it was to have.
    public ExampleScore(
            int index, int responseTokens, double sumLogprob, @Nullable String generated, @Nullable Verdict verdict) {
        this(index, responseTokens, sumLogprob, generated, verdict, false);
    }

    /// Whether the answer was right, or null if none was asked for.
    public @Nullable Boolean correct() {
        return verdict == null ? null : verdict == Verdict.CORRECT;
    }
}
