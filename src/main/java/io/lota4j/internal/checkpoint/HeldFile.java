package io.lota4j.internal.checkpoint;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// A file that is locked for as long as this is open, or its process lives: the lock is the system's, and what a killed
/// process leaves holds nobody up.
///
/// @param file that is locked
/// @param channel to it
public record HeldFile(Path file, FileChannel channel) implements AutoCloseable {
    /// Files that this process has locked. They are not tried again: closing a file that was opened a second time
    /// would release the lock on it.
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    /// Locks a file.
    ///
    /// @param file without links, made when missing
    /// @return empty if somebody holds it, in this process or another
    /// @throws IOException if it cannot be made, or the file system has no locks
    public static Optional<HeldFile> hold(Path file) throws IOException {
        if (!HELD.add(file)) {
            return Optional.empty();
        }
        boolean held = false;
        try {
            FileChannel channel = Uninterrupted.call(() -> locked(file));
            held = channel.isOpen();
            return held ? Optional.of(new HeldFile(file, channel)) : Optional.empty();
        } finally {
            if (!held) {
                HELD.remove(file);
            }
        }
    }

    /// Locks a file that [#remove] is to remove.
    ///
    /// @param file as for [#hold]
    static Optional<HeldFile> holdRemovable(Path file) throws IOException {
        Optional<HeldFile> held = hold(file);
        // Its last holder may have removed the file after it was opened: then it keeps off nobody.
        while (held.isPresent() && !Files.exists(file)) {
            held.get().close();
            held = hold(file);
        }
        return held;
    }

    /// Lets others at the file, and leaves none behind.
    void remove() throws IOException {
        try (this) {
            // While it is held: the next one would otherwise lose the file that it has locked.
            Files.deleteIfExists(file);
        }
    }

    /// The file, closed if another process has it.
    private static FileChannel locked(Path file) throws IOException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        boolean locked = false;
        try {
            locked = channel.tryLock() != null;
            return channel;
        } finally {
            if (!locked) {
                channel.close();
            }
        }
    }

    /// Lets others at the file.
    @Override
    public void close() throws IOException {
        try {
            channel.close();
        } finally {
            HELD.remove(file);
        }
    }
}
