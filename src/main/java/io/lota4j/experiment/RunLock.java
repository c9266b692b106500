package io.lota4j.experiment;

import io.lota4j.LotaException;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.HeldFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Keeps a second run off a directory for as long as it is open, or its process lives. The file stays: the lock is
/// the system's, and no leftover of a killed process holds anybody up.
///
/// @param directory that is held
/// @param file in it that is locked
record RunLock(Path directory, HeldFile file) implements AutoCloseable {
    private static final String NAME = "lock";

    /// @param out an experiment's directory, made when missing
    /// @throws LotaException if another run holds it
    static RunLock hold(Path out) {
        try {
            Path directory = Files.createDirectories(out).toRealPath();
            return HeldFile.hold(directory.resolve(NAME))
                    .map(file -> new RunLock(directory, file))
                    .orElseThrow(() -> new LotaException(Text.format(
                            "%s: another run is at work there; wait for its end, or give this one another 'out'.",
                            out)));
        } catch (IOException e) {
            throw new LotaException(Text.format("%s: cannot be locked for a run: %s", out, e.getMessage()), e);
        }
    }

    /// @throws LotaException if the file cannot be closed
    @Override
    public void close() {
        try {
            file.close();
        } catch (IOException e) {
            throw new LotaException(Text.format("%s: its lock cannot be released: %s", directory, e.getMessage()), e);
        }
    }
}
