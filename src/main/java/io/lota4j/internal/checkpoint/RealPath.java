package io.lota4j.internal.checkpoint;

import io.lota4j.LotaException;
import io.lota4j.internal.Text;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.regex.Pattern;

/// Where a path leads when every link on it is followed, whether or not something is there already.
///
/// `Path.toRealPath` cannot say this of a file that is still to be written, nor of a link whose target is missing.
public final class RealPath {
    /// As many as Linux follows.
    private static final int MOST_LINKS = 40;

    /// An open file of a process, such as standard output: a link whose text is no path.
    private static final Pattern DESCRIPTOR = Pattern.compile("/proc/\\d+/fd/\\d+");

    private RealPath() {}

    /// Follows a path.
    ///
    /// @return an absolute path without links, `.` and `..`; an open file of a process (`/dev/stdout`) as
    ///     `/proc/PID/fd/N`
    /// @throws LotaException when links lead in a circle, or one cannot be read
    public static Path of(Path path) {
        Path absolute = path.toAbsolutePath();
        Path real = root(absolute);
        Deque<Path> names = new ArrayDeque<>();
        absolute.forEach(names::add);
        int links = 0;
        while (!names.isEmpty()) {
            Path next = step(real, names.pop());
            if (isDescriptor(next) || !Files.isSymbolicLink(next)) {
                real = next;
                continue;
            }
            if (++links > MOST_LINKS) {
                throw new LotaException(Text.format("%s: its links lead in a circle, by %s.", path, next));
            }
            Path to = target(path, next);
            real = to.isAbsolute() ? root(to) : real;
            for (int name = to.getNameCount() - 1; name >= 0; name--) {
                names.push(to.getName(name));
            }
        }
        return real;
    }

    private static Path step(Path from, Path name) {
        return switch (name.toString()) {
            case "", "." -> from;
            case ".." -> from.getParent() == null ? from : from.getParent();
            default -> from.resolve(name);
        };
    }

    private static Path root(Path absolute) {
        Path root = absolute.getRoot();
        if (root == null) {
            throw new IllegalArgumentException(absolute + " is not absolute");
        }
        return root;
    }

    private static Path target(Path path, Path link) {
        try {
            return Files.readSymbolicLink(link);
        } catch (IOException e) {
            throw new LotaException(Text.format("%s: the link %s cannot be read: %s", path, link, e.getMessage()), e);
        }
    }

    /// Whether a real path is an open file of a process.
    static boolean isDescriptor(Path real) {
        return DESCRIPTOR.matcher(real.toString()).matches();
    }

    /// Whether what is written to a real path goes through it and is not kept there: a device, a FIFO, a socket, an
    /// open file of a process.
    public static boolean isStream(Path real) {
        return isDescriptor(real) || (Files.exists(real) && !Files.isRegularFile(real) && !Files.isDirectory(real));
    }

    /// The directory that a real path is in.
    ///
    /// @throws LotaException for the root of the file system
    public static Path parent(Path real) {
        Path parent = real.getParent();
        if (parent == null) {
            throw new LotaException(Text.format("%s cannot be written: it is the root of the file system.", real));
        }
        return parent;
    }
}
