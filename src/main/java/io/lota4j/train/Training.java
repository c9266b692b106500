package io.lota4j.train;

import io.lota4j.StoppedException;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.OutputLock;
import io.lota4j.internal.train.TrainingJob;
import io.lota4j.train.RunObserver.Outlook;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// How a run went and what it made.
///
/// @param <T> what it makes: a ticket, or a mask
/// @param made of a run that reached its last step; empty for one that was stopped before
/// @param config what was to be done
/// @param heldOut the rows that it was scored on meanwhile, or null for none
/// @param reached steps, losses and tokens, also those before a resumed run
/// @param seconds that the steps of this process took
/// @param state where the state of a stopped run is
public record Training<T>(
        Optional<T> made,
        TrainConfig config,
        @Nullable HeldOut heldOut,
        RunState reached,
        double seconds,
        StateFile state) {

    /// Runs a job and makes something of what it reached, if that is the last step.
    ///
    /// @throws io.lota4j.LotaException if a stopped run left its state in the way, there is nothing to resume, or a
    ///     loss or gradient is not finite
    public static <T> Training<T> run(
            TrainingJob job, RunObserver observer, StateFile state, Function<RunState, T> result) {
        state.requireFresh();
        try (OutputLock held = state.lock()) {
            return held(job, observer, state, result);
        }
    }

    private static <T> Training<T> held(
            TrainingJob job, RunObserver observer, StateFile state, Function<RunState, T> result) {
        long begin = System.nanoTime();
        RunState reached =
                job.run(state.file(), state.every(), state.resume(), listener(job, observer), observer.stop());
        double seconds = (System.nanoTime() - begin) / 1e9;
        boolean finished = job.finished(reached);
        Optional<T> made = finished ? Optional.of(result.apply(reached)) : Optional.empty();
        return new Training<>(made, job.config(), job.heldOut(), reached, seconds, state);
    }

    private static Listener listener(TrainingJob job, RunObserver observer) {
        return new ForwardingListener(observer::step) {
            @Override
            public void begin(RunState from) {
                observer.start().accept(outlook(job, from));
            }
        };
    }

    private static Outlook outlook(TrainingJob job, RunState from) {
        String kernel = Text.format("%s (%s)", job.kernel().name(), job.kernel().description());
        return new Outlook(kernel, job.memory(), from);
    }

    /// Whether the last step was reached, or the run ended before because the held-out rows did no better.
    public boolean finished() {
        return made.isPresent();
    }

    /// What was made.
    ///
    /// @throws StoppedException if the run was stopped before its last step
    public T result() {
        return made.orElseThrow(() -> new StoppedException(Text.format(
                "The run was stopped after step %d of %d; %s.",
                reached.step(),
                config.steps(),
                state.file() == null ? "no state was kept" : "its state is in " + state.file())));
    }

    /// Removes the state that a run kept, once its result is safe.
    ///
    /// @throws io.lota4j.LotaException if it cannot be removed, or the run is not finished and would be lost
    public void forget() {
        result();
        state.forget();
    }
}
