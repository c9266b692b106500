package io.lota4j.train;

import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/// Who hears of a run and who may end it. All are called on the thread that trains.
///
/// @param start hears of the run when everything is ready for the first step
/// @param step hears of every step, and of what may be wrong
/// @param stop asked after every step; true ends the run there
public record Watch(Consumer<Outlook> start, Listener step, BooleanSupplier stop) {
    /// No observer.
    public static final Watch NONE = new Watch(start -> {}, step -> {}, () -> false);

    /// Called after every step.
    public static Watch steps(Listener step) {
        return new Watch(NONE.start(), step, NONE.stop());
    }

    /// The same with somebody who hears of the start.
    public Watch onStart(Consumer<Outlook> other) {
        return new Watch(other, step, stop);
    }

    /// The same with somebody who hears of what may be wrong with the run while it goes on, a sentence each.
    public Watch onWarning(Consumer<String> other) {
        Listener steps = step;
        return new Watch(
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
    public Watch stopWhen(BooleanSupplier other) {
        return new Watch(start, step, other);
    }
}
