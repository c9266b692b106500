package io.lota4j.checkpoint;

import io.lota4j.LotaException;
import io.lota4j.Text;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// Keeps a second run off an output for as long as it is open, or its process lives, by a hidden file `.NAME.lock`
/// beside the output. The lock is the system's: what a killed process leaves holds nobody up.
///
/// Where no such file can be made, or the file system has no locks, the output is not held.
///
/// @param file that is locked
/// @param channel to it, or null where nothing is held
public record OutputLock(Path file, @Nullable FileChannel channel) implements AutoCloseable {
    /// Holds nothing.
    public static final OutputLock NONE = new OutputLock(Path.of(""), null);

    /// Files that this process has locked. They are not tried again: closing a file that was opened a second time
    /// would release the lock on it.
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    /// Holds an output.
    ///
    /// @throws LotaException if another run holds it
    public static OutputLock hold(Path output) {
        Path real = RealPath.of(output);
        Path parent = real.getParent();
        if (parent == null || RealPath.isStream(real) || !Files.isDirectory(parent)) {
            return new OutputLock(real, null);
        }
        Path file = parent.resolve(Text.format(".%s.lock", Writing.shortened(real)));
        if (!HELD.add(file)) {
            throw busy(output);
        }
        boolean held = false;
        try {
            OutputLock lock = lock(output, file);
            held = lock.channel != null;
            return lock;
        } finally {
            if (!held) {
                HELD.remove(file);
            }
        }
    }

    private static OutputLock lock(Path output, Path file) {
        while (true) {
            @Nullable FileChannel channel = open(file);
            if (channel == null) {
                return new OutputLock(file, null);
            }
            boolean held = false;
            try {
                if (channel.tryLock() == null) {
                    throw busy(output);
                }
                // Its last holder may have removed the file after it was opened: then it keeps off nobody.
                held = Files.exists(file);
                if (held) {
                    return new OutputLock(file, channel);
                }
            } catch (IOException noLocks) {
                return new OutputLock(file, null);
            } finally {
                if (!held) {
                    close(channel, file);
                }
            }
        }
    }

    /// @return null where no file can be made
    private static @Nullable FileChannel open(Path file) {
        try {
            return FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        } catch (IOException e) {
            return null;
        }
    }

    private static LotaException busy(Path output) {
        return new LotaException(Text.format(
                "%s: another run is at work on it. Wait for its end, or give this one another path.", output));
    }

    private static void close(FileChannel channel, Path file) {
        try {
            channel.close();
        } catch (IOException e) {
            throw new LotaException(Text.format("%s: the lock cannot be released: %s", file, e.getMessage()), e);
        }
    }

    /// Lets others at the output.
    ///
    /// @throws LotaException if the lock's file cannot be removed
    @Override
    public void close() {
        if (channel == null) {
            return;
        }
        try {
            // While it is held: the next one would otherwise lose the file that it has locked.
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new LotaException(Text.format("%s: the lock cannot be removed: %s", file, e.getMessage()), e);
        } finally {
            close(channel, file);
            HELD.remove(file);
        }
    }
}
