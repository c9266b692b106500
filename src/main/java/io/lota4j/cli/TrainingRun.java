package io.lota4j.cli;

import io.lota4j.internal.Text;
import io.lota4j.train.HeldOut;
import io.lota4j.train.HeldOutLoss;
import io.lota4j.train.RunObserver;
import io.lota4j.train.RunState;
import io.lota4j.train.StateFile;
import io.lota4j.train.Training;
import java.nio.file.Path;
import java.util.List;

/// Trains in front of a user: a progress line, and a resumable state on Ctrl-C.
final class TrainingRun {
    private final String what;
    private final Messages messages;
    private List<String> failures = List.of();

    /// @param what the run is called in messages
    /// @param messages where they go
    TrainingRun(String what, Messages messages) {
        this.what = what;
        this.messages = messages;
    }

    /// What trains.
    interface Work<T> {
        Training<T> run(RunObserver observer, StateFile state);
    }

    /// @param out the result's file
    /// @return how it went; the user knows if it was stopped
    <T> Training<T> run(StateOptions options, Path out, Work<T> work) {
        StateFile state = options.state(out);
        try (RunDisplay display = new RunDisplay(what, options, messages)) {
            Training<T> training = work.run(display.observer(), state);
            // Ends the progress line.
            display.close();
            failures = display.failures();
            if (training.finished()) {
                display.memory();
                kept(training);
            } else {
                messages.tell(Text.format(
                        "lota: stopped after step %d of %d; the state is in %s. Resume with --resume.",
                        training.reached().step(), training.config().steps(), state.file()));
            }
            return training;
        }
    }

    /// Ends a run whose result is written: says once more which of its other files are not whole.
    ///
    /// @return the exit code
    int end() {
        failures.forEach(failure -> messages.tell("lota: " + failure + "; the result is whole, this file is not"));
        return failures.isEmpty() ? ExitCode.OK : ExitCode.FAILED;
    }

    /// Gives what a finished run came to.
    static void tell(Result result, RunState end) {
        result.also(Key.STEPS, end.step());
        result.also(Key.FIRST_LOSS, end.losses().getFirst());
        result.also(Key.LAST_LOSS, end.losses().getLast());
        result.also(Key.TOKENS, end.tokens());
        result.also(Key.SECONDS, Double.isNaN(end.seconds()) ? null : end.seconds());
        end.best().ifPresent(best -> result.also(Key.HELD_OUT_LOSS, best.loss()));
    }

    /// Says which weights a run that was scored on held-out rows ends with.
    private void kept(Training<?> training) {
        HeldOut rows = training.heldOut();
        RunState end = training.reached();
        if (rows == null || end.best().isEmpty()) {
            return;
        }
        if (end.step() < training.config().steps()) {
            messages.note(Text.format(
                    "lota: stopped early after step %d of %d: %d %s in a row had no lower held-out loss.",
                    end.step(), training.config().steps(), rows.patience(), rows.patience() == 1 ? "score" : "scores"));
        }
        HeldOutLoss best = end.best().get();
        long kept = rows.keptStep(end);
        messages.note(
                kept == best.step()
                        ? Text.format("lota: step %d is kept, with the lowest held-out loss, %.4f.", kept, best.loss())
                        : Text.format(
                                "lota: the last step, %d, is kept; the lowest held-out loss, %.4f, was that of step"
                                        + " %d.",
                                kept, best.loss(), best.step()));
    }
}
