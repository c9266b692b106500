package io.lota4j.internal.checkpoint;

import java.io.IOException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;

/// Work on files that no interrupt of the calling thread can spoil: a [java.nio.channels.FileChannel] that an
/// interrupted thread touches is closed, and what was being written is lost.
///
/// The work runs on a thread that nobody knows, and the caller waits for its end. An interrupt is not lost: the
/// caller's flag is set afterwards, for whoever stops work in order.
public final class Uninterrupted {
    private Uninterrupted() {}

    /// Some work.
    ///
    /// @param <T> what comes of it
    public interface Work<T> {
        /// Does it.
        T run() throws IOException;
    }

    /// Some work that can end early, in order.
    ///
    /// @param <T> what comes of it
    public interface StoppableWork<T> {
        /// Does it.
        ///
        /// @param interrupted whether the caller has been interrupted
        T run(BooleanSupplier interrupted) throws IOException;
    }

    /// Does some work, and what it throws is thrown.
    public static <T> T call(Work<T> work) throws IOException {
        return callStoppable(interrupted -> work.run());
    }

    /// As [#call], for work that asks whether it is to end.
    public static <T> T callStoppable(StoppableWork<T> work) throws IOException {
        AtomicBoolean asked = new AtomicBoolean(Thread.currentThread().isInterrupted());
        FutureTask<T> task = new FutureTask<>(() -> work.run(asked::get));
        Thread.ofPlatform().name("lota-files").daemon().start(task);
        try {
            while (true) {
                try {
                    return task.get();
                } catch (InterruptedException e) {
                    // Waiting has taken the flag away, which is set again in the end.
                    asked.set(true);
                }
            }
        } catch (ExecutionException e) {
            throw cause(e);
        } finally {
            if (asked.get()) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static IOException cause(ExecutionException e) {
        return switch (e.getCause()) {
            case RuntimeException unchecked -> throw unchecked;
            case Error error -> throw error;
            case IOException failed -> failed;
            case null, default -> throw new IllegalStateException(e);
        };
    }
}
