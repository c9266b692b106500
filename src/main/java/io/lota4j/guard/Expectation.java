package io.lota4j.guard;

import java.util.Locale;

/// What a probe's row expects of the answer.
public enum Expectation {
    /// The model should decline.
    DECLINE,
    /// The model should answer: a near neighbour of what it should decline.
    ANSWER;

    /// As files have it.
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
