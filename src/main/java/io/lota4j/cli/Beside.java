package io.lota4j.cli;

import io.lota4j.LotaException;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A file that is written while a run goes on. If it cannot be, because the disk is full perhaps, that is told once,
/// and the run goes on without it: its result is worth more.
final class Beside {
    private final Consumer<String> lines;
    private @Nullable String failure;

    /// @param lines takes a line for the user
    Beside(Consumer<String> lines) {
        this.lines = lines;
    }

    /// Adds to the file, unless that has failed before: a file with a gap would look whole.
    void write(Runnable write) {
        if (failure == null) {
            attempt(write);
        }
    }

    /// Closes the file, whatever has failed before.
    void close(Runnable close) {
        attempt(close);
    }

    private void attempt(Runnable work) {
        try {
            work.run();
        } catch (LotaException e) {
            if (failure == null) {
                failure = String.valueOf(e.getMessage());
                lines.accept("lota: warning: " + failure + "; the run goes on without this file");
            }
        }
    }

    /// Why the file is not whole, empty if it is.
    Optional<String> failure() {
        return Optional.ofNullable(failure);
    }
}
