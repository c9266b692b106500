package io.lota4j.internal.checkpoint;

import io.lota4j.LotaException;
import io.lota4j.internal.Text;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Keeps a second run off an output for as long as it is open, or its process lives, by a hidden file `.NAME.lock`
/// beside the output. The lock is the system's: what a killed process leaves holds nobody up.
///
/// Where no such file can be made, or the file system has no locks, the output is not held.
///
/// @param held the hidden file, or null where nothing is held
public record OutputLock(@Nullable HeldFile held) implements AutoCloseable {
    /// Holds nothing.
    public static final OutputLock NONE = new OutputLock(null);

    /// Holds an output.
    ///
    /// @throws LotaException if another run holds it
    public static OutputLock hold(Path output) {
        Path real = RealPath.of(output);
        Path parent = real.getParent();
        if (parent == null || RealPath.isStream(real) || !Files.isDirectory(parent)) {
            return NONE;
        }
        Path file = parent.resolve(Text.format(".%s.lock", Writing.shortened(real)));
        try {
            return lock(output, file);
        } catch (IOException noFileOrNoLocks) {
            return NONE;
        }
    }

    private static OutputLock lock(Path output, Path file) throws IOException {
        return new OutputLock(HeldFile.holdRemovable(file)
                .orElseThrow(() -> new LotaException(Text.format(
                        "%s: another run is at work on it. Wait for its end, or give this one another path.",
                        output))));
    }

    /// Lets others at the output.
    ///
    /// @throws LotaException if the lock's file cannot be removed
    @Override
    public void close() {
        if (held == null) {
            return;
        }
        try {
            held.remove();
        } catch (IOException e) {
            throw new LotaException(Text.format("%s: the lock cannot be removed: %s", held.file(), e.getMessage()), e);
        }
    }
}
