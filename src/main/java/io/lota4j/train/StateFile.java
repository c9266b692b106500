package io.lota4j.train;

import io.lota4j.LotaException;
import io.lota4j.internal.checkpoint.AtomicFile;
import io.lota4j.internal.checkpoint.OutputLock;
import io.lota4j.internal.train.Ranges;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Where a run keeps what it takes to go on after a stop.
///
/// @param file written through a temporary name, or null for none
/// @param every steps between two states, at least 0; 0: only when the run is stopped
/// @param resume whether to go on from the state that is there
public record StateFile(@Nullable Path file, long every, boolean resume) {
    /// Nothing is kept: a run that is stopped is lost.
    public static final StateFile NONE = new StateFile(null, 0, false);

    /// @throws LotaException if the steps between two states are under 0
    public StateFile {
        new Ranges().atLeast(0, every, "steps between two states").requireNone();
    }

    /// For a new run, written when it is stopped.
    public static StateFile at(Path file) {
        return new StateFile(file, 0, false);
    }

    /// The same, also written every so many steps.
    public StateFile every(long steps) {
        return new StateFile(file, steps, resume);
    }

    /// The same for a run that goes on where the state ends, bit for bit as if it had never stopped.
    public StateFile resumed() {
        return new StateFile(file, every, true);
    }

    /// Refuses a new run where a stopped one left its state.
    ///
    /// @throws LotaException if there is one
    public void requireFresh() {
        if (!resume && file != null && Files.exists(file)) {
            throw new LotaException(
                    file + ": a stopped run left its state. Resume it, or remove the file to " + "start again.");
        }
    }

    /// Keeps other runs off the state.
    ///
    /// @throws LotaException if another run is at work on it
    public OutputLock lock() {
        return file == null ? OutputLock.NONE : OutputLock.hold(file);
    }

    /// Removes the state, if there is one.
    ///
    /// @throws LotaException if it cannot be removed
    public void forget() {
        if (file == null) {
            return;
        }
        try {
            AtomicFile.delete(file);
        } catch (IOException e) {
            throw new LotaException(file + ": the finished run's state could not be removed: " + e.getMessage(), e);
        }
    }
}
