package io.lota4j.train;

import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/// Who hears of a run and who may end it. All are called on the thread that trains.
///
/// @param start hears of the run when everything is ready for the first step
/// @param step hears of every step, and of what may be wrong
/// @param stop asked after every step; true ends the run there
public record RunObserver(Consumer<Outlook> start, Listener step, BooleanSupplier stop) {
    /// No observer.
    public static final RunObserver NONE = new RunObserver(start -> {}, step -> {}, () -> false);

    /// Called after every step.
    public static RunObserver steps(Listener step) {
        return new RunObserver(NONE.start(), step, NONE.stop());
    }

    /// The same with somebody who hears of the start.
    public RunObserver onStart(Consumer<Outlook> other) {
        return new RunObserver(other, step, stop);
    }

    /// The same with somebody who hears of what may be wrong with the run while it goes on, a sentence each.
    public RunObserver onWarning(Consumer<String> other) {
        Listener steps = step;
        return new RunObserver(
                start,
                new ForwardingListener(() -> steps) {
                    @Override
                    public void warn(String sentence) {
                        other.accept(sentence);
                    }
                },
                stop);
    }

    /// The same with somebody who may end the run. It then ends in order, after its step: see
    /// [Training#finished].
    public RunObserver stopWhen(BooleanSupplier other) {
        return new RunObserver(start, step, other);
    }

    /// What is known of a run before its first step.
    ///
    /// @param kernel what computes on the trained weights, such as `java (scalar, the specification)`
    /// @param memory what the run will need at its peak
    /// @param from the state that the run starts from: that of a resumed run, or step 0
    public record Outlook(String kernel, MemoryEstimate memory, RunState from) {}
}
