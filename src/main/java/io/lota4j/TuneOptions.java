package io.lota4j;

import io.lota4j.internal.Text;
import io.lota4j.train.StateFile;
import java.util.List;
import java.util.function.BooleanSupplier;

/// How the factor of a merge is chosen, and how far that has come is heard of.
///
/// @param scoring of each ticket's rows, in the tickets' order: by answers if any are generated, else by their loss
/// @param listener hears how far the scorings have come
/// @param stop asked after every batch; true ends it there
/// @param state where a stopped search keeps what it has found, and another goes on from
public record TuneOptions(List<EvalOptions> scoring, Listener listener, BooleanSupplier stop, StateFile state) {
    /// Copies the list.
    public TuneOptions {
        scoring = List.copyOf(scoring);
    }

    /// Hears of nothing, is not stopped and keeps nothing.
    ///
    /// @param scoring one for each ticket
    public static TuneOptions by(EvalOptions... scoring) {
        return new TuneOptions(List.of(scoring), (factor, task, done, rows, tokens) -> {}, () -> false, StateFile.NONE);
    }

    /// The same, heard of and stopped after a batch.
    public TuneOptions observed(Listener other, BooleanSupplier until) {
        return new TuneOptions(scoring, other, until, state);
    }

    /// The same with a state.
    public TuneOptions state(StateFile other) {
        return new TuneOptions(scoring, listener, stop, other);
    }

    /// What decides the outcome.
    String text() {
        List<String> each = scoring.stream()
                .map(one -> Text.format("generate %d answer %s", one.answerTokens(), one.answer()))
                .toList();
        return String.join("; ", each);
    }

    /// Hears how far the scorings have come.
    @FunctionalInterface
    public interface Listener {
        /// @param factor that is scored
        /// @param ticket whose task is scored, from 0
        /// @param done rows of this scoring
        /// @param rows of this scoring in all
        /// @param tokens of this scoring so far
        void at(double factor, int ticket, int done, int rows, long tokens);
    }
}
