package io.lota4j.guard;

import io.lota4j.data.Dataset;
import io.lota4j.data.Example;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a detector is made of and asked about, in the suspect's tokens.
///
/// @param clean rows of the task that are free of triggers, which the expert forgets
/// @param calibrate other such rows, which the threshold is taken from
/// @param test other such rows, which false alarms are counted on
/// @param triggered rows that are known to trigger the hidden behaviour, or null
/// @param input rows of which nothing is known, or null
public record DetectorRows(
        Dataset clean,
        Dataset calibrate,
        Dataset test,
        @Nullable Dataset triggered,
        @Nullable Dataset input) {
    /// Which rows.
    public enum Use {
        TEST,
        TRIGGERED,
        INPUT
    }

    /// The rows of a use, none where there are no such.
    public List<Example> of(Use use) {
        Dataset rows = switch (use) {
            case TEST -> test;
            case TRIGGERED -> triggered;
            case INPUT -> input;
        };
        return rows == null ? List.of() : rows.examples();
    }
}
