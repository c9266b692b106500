package io.lota4j.guard;

import io.lota4j.StoppedException;
import java.util.List;

/// A probe was stopped before all was asked. What was answered by then is no result, but it is there.
public final class ProbeStoppedException extends StoppedException {
    private static final long serialVersionUID = 1L;

    // Exceptions are seldom written anywhere, and answers are written by AnswersFile.
    private final transient List<ProbeAnswer> answers;

    /// @param message one or more whole sentences for the user
    /// @param answers those that are there, judged unless a program was to judge them
    public ProbeStoppedException(String message, List<ProbeAnswer> answers) {
        super(message);
        this.answers = List.copyOf(answers);
    }

    /// The answers that are there, judged unless a program was to judge them.
    public List<ProbeAnswer> answers() {
        return answers;
    }
}
