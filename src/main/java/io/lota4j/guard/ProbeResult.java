package io.lota4j.guard;

import java.util.List;

/// What a probe found.
///
/// @param answers row by row within each form
/// @param leftOut questions that were not asked: the row has no text for a prefill of that
///     length, or none of the two that a margin compares
/// @param cramped answers that had room for fewer tokens than were asked for, since the model's
///     positions end before
public record ProbeResult(List<ProbeAnswer> answers, int leftOut, int cramped) {
    public ProbeResult {
        answers = List.copyOf(answers);
    }
}
