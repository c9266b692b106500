package io.lota4j.merge.recipe;

import java.util.Locale;

/// What is wrong or doubtful about a merge, found before it starts.
///
/// @param severity whether the merge can start all the same
/// @param text where it is, what was expected and what was found
public record Problem(Severity severity, String text) {
    /// Whether a merge can start all the same.
    public enum Severity {
        /// It cannot.
        ERROR,
        /// It can, but may not do what its recipe means.
        WARNING
    }

    /// `error: …` or `warning: …`
    @Override
    public String toString() {
        return severity.name().toLowerCase(Locale.ROOT) + ": " + text;
    }
}
