package io.lota4j.experiment;

import io.lota4j.LotaException;
import io.lota4j.Text;
import io.lota4j.checkpoint.Uninterrupted;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Keeps a second run off a directory for as long as it is open, or its process lives. The file stays: the lock is
/// the system's, and no leftover of a killed process holds anybody up.
///
/// @param directory that is held
/// @param channel of the locked file
record RunLock(Path directory, FileChannel channel) implements AutoCloseable {
    private static final String NAME = "lock";

    /// Directories that this process holds. They are not tried again: closing a file a second time opened would
    /// release the lock on it.
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    /// @param out an experiment's directory, made when missing
    /// @throws LotaException if another run holds it
    static RunLock hold(Path out) {
        try {
            return lock(Files.createDirectories(out).toRealPath())
                    .orElseThrow(() -> new LotaException(Text.format(
                            "%s: another run is at work there; wait for its end, or give this one another 'out'.",
                            out)));
        } catch (IOException e) {
            throw new LotaException(Text.format("%s: cannot be locked for a run: %s", out, e.getMessage()), e);
        }
    }

    private static Optional<RunLock> lock(Path directory) throws IOException {
        if (!HELD.add(directory)) {
            return Optional.empty();
        }
        boolean held = false;
        try {
            FileChannel channel = Uninterrupted.call(() -> locked(directory.resolve(NAME)));
            held = channel.isOpen();
            return held ? Optional.of(new RunLock(directory, channel)) : Optional.empty();
        } finally {
            if (!held) {
                HELD.remove(directory);
            }
        }
    }

    /// The file, closed if another process has it.
    private static FileChannel locked(Path file) throws IOException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        if (channel.tryLock() == null) {
            channel.close();
        }
        return channel;
    }

    /// @throws LotaException if the file cannot be closed
    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new LotaException(Text.format("%s: its lock cannot be released: %s", directory, e.getMessage()), e);
        } finally {
            HELD.remove(directory);
        }
    }
}
