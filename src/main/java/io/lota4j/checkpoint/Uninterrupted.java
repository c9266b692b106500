package io.lota4j.checkpoint;

import java.io.IOException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

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

    /// Does some work, and what it throws is thrown.
    public static <T> T call(Work<T> work) throws IOException {
        FutureTask<T> task = new FutureTask<>(work::run);
        Thread.ofPlatform().name("lota-files").daemon().start(task);
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return task.get();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } catch (ExecutionException e) {
            throw cause(e);
        } finally {
            if (interrupted) {
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
