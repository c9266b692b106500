package io.lota4j.internal.checkpoint;

import io.lota4j.internal.Text;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// A hidden name beside a file or directory, `.NAME.HEX.tmp`, under which it is written before it gets its own. For
/// as long as it is written, or the process lives, `.NAME.HEX.tmp.lock` is locked: what a killed process left is known
/// by a lock that nobody holds, and removed by the next one that writes the same.
///
/// Where no such lock can be made, or the file system has none, nothing is removed.
///
/// @param path that is written
/// @param held its lock, or null where there is none
record Temporary(Path path, @Nullable HeldFile held) implements AutoCloseable {
    private static final String LOCK = ".lock";

    /// A new name, after what killed processes left has been removed.
    ///
    /// @param real what is written, without links; its parent exists
    static Temporary of(Path real) throws IOException {
        removeLeft(real);
        Path path = name(real);
        return new Temporary(path, lock(path).orElse(null));
    }

    /// A name that nothing has yet.
    static Path name(Path real) {
        String random = HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextInt());
        return RealPath.parent(real).resolve(Text.format(".%s.%s.tmp", Writing.shortened(real), random));
    }

    /// Whether a file name is one of those that stand for what is written under another.
    ///
    /// @param real what is written
    static boolean belongs(Path name, Path real) {
        return pattern(real).matcher(name.toString()).matches();
    }

    private static Pattern pattern(Path real) {
        return Pattern.compile(Text.format(
                "(%s[0-9a-f]{8}\\.tmp)(%s)?", Pattern.quote("." + Writing.shortened(real) + "."), Pattern.quote(LOCK)));
    }

    /// Removes what killed processes left that wrote a file or directory.
    ///
    /// @param real without links
    static void removeLeft(Path real) throws IOException {
        Path parent = RealPath.parent(real);
        for (String name : left(parent, pattern(real))) {
            Path path = parent.resolve(name);
            Optional<HeldFile> held = lock(path);
            if (held.isPresent()) {
                remove(path, held.get());
            }
        }
    }

    private static void remove(Path path, HeldFile lock) throws IOException {
        try {
            AtomicFile.deleteTree(path);
        } catch (FileSystemException anothers) {
            // In a folder of several users it is for its owner to remove, and in nobody's way.
            return;
        } finally {
            lock.remove();
        }
    }

    private static SortedSet<String> left(Path parent, Pattern pattern) throws IOException {
        SortedSet<String> names = new TreeSet<>();
        // A folder that only takes new files hides what is in it.
        if (Files.isDirectory(parent) && Files.isReadable(parent)) {
            try (var files = Files.newDirectoryStream(parent)) {
                for (Path file : files) {
                    Matcher found = pattern.matcher(String.valueOf(file.getFileName()));
                    if (found.matches()) {
                        names.add(found.group(1));
                    }
                }
            }
        }
        return names;
    }

    /// @return empty when somebody has it, or where there are no locks
    private static Optional<HeldFile> lock(Path path) {
        Path file = path.resolveSibling(path.getFileName() + LOCK);
        try {
            return HeldFile.holdRemovable(file);
        } catch (IOException noFileOrNoLocks) {
            return Optional.empty();
        }
    }

    /// Lets others at what is left under the name.
    @Override
    public void close() throws IOException {
        if (held != null) {
            held.remove();
        }
    }
}
