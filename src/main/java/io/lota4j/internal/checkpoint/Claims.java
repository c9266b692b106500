package io.lota4j.internal.checkpoint;

import io.lota4j.LotaException;
import io.lota4j.internal.Text;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What a piece of work reads and writes, claimed before it begins: no output may harm an input or another output.
///
/// Paths are compared by where they lead, and by what the file system says is the same file.
public final class Claims {
    /// Deep enough for a model directory.
    private static final int DEPTH = 2;

    private enum Kind {
        FILE,
        /// All in it is the output's.
        DIRECTORY,
        /// Others may be in it too.
        FOLDER
    }

    private record Input(String what, Path given, Path real) {}

    private record Output(String what, Path given, Path real, Kind kind) {}

    private final List<Input> inputs = new ArrayList<>();
    private final List<Output> outputs = new ArrayList<>();

    /// Claims a file or directory to read; nothing may be written in a directory that is read.
    ///
    /// @param what it is, for messages
    public Claims reads(String what, Path path) {
        inputs.add(new Input(what, path, RealPath.of(path)));
        return this;
    }

    /// Claims a file to write.
    public Claims writes(String what, Path file) {
        return add(what, file, Kind.FILE);
    }

    /// Claims a directory to make, of which all is the output's.
    public Claims fills(String what, Path directory) {
        return add(what, directory, Kind.DIRECTORY);
    }

    /// Claims a directory to add files to that have names of their own.
    public Claims addsTo(String what, Path folder) {
        return add(what, folder, Kind.FOLDER);
    }

    private Claims add(String what, Path path, Kind kind) {
        Path real = RealPath.of(path);
        // Nothing is kept where nothing stays.
        if (!RealPath.isStream(real)) {
            outputs.add(new Output(what, path, real, kind));
        }
        return this;
    }

    /// Compares every output with every input and with the outputs before it.
    ///
    /// @throws LotaException when two of them meet, naming both
    public void check() {
        for (int number = 0; number < outputs.size(); number++) {
            Output output = outputs.get(number);
            inputs.forEach(input -> check(output, input));
            outputs.subList(0, number).forEach(other -> check(output, other));
        }
    }

    private static void check(Output output, Input input) {
        if (same(output.real, input.real)) {
            throw problem(output, "is what %s reads", input);
        }
        if (Files.isDirectory(input.real)) {
            if (isIn(output.real, input.real)) {
                throw problem(output, "is in a directory that %s reads, where nothing is written", input);
            }
            alias(output.real, input.real).ifPresent(file -> {
                throw problem(
                        output, "is the same file as " + file.getFileName() + " in the directory that %s reads", input);
            });
        }
        if (output.kind == Kind.DIRECTORY && isIn(input.real, output.real)) {
            throw problem(output, "holds what %s reads", input);
        }
    }

    private static LotaException problem(Output output, String is, Input input) {
        return new LotaException(Text.format(
                "%s (%s) %s (%s). Give another path to write to.",
                output.what, output.given, is.replace("%s", input.what), input.given));
    }

    private static void check(Output output, Output other) {
        if (same(output.real, other.real)) {
            throw new LotaException(Text.format(
                    "%s and %s would both be written to %s. Give each a path of its own.",
                    other.what, output.what, output.given));
        }
        requireOutside(output, other);
        requireOutside(other, output);
    }

    private static void requireOutside(Output inner, Output outer) {
        if (outer.kind == Kind.DIRECTORY && isIn(inner.real, outer.real)) {
            throw new LotaException(Text.format(
                    "%s (%s) is in the directory of %s (%s), which is written as a whole. Give it another path.",
                    inner.what, inner.given, outer.what, outer.given));
        }
    }

    private static boolean same(Path one, Path other) {
        if (one.equals(other)) {
            return true;
        }
        Object key = key(one);
        return key != null && key.equals(key(other));
    }

    /// Whether a path is somewhere below a directory, also where the directory has another name by a mount.
    private static boolean isIn(Path real, Path directory) {
        if (real.startsWith(directory)) {
            return !real.equals(directory);
        }
        Object key = key(directory);
        for (Path above = real.getParent(); key != null && above != null; above = above.getParent()) {
            if (key.equals(key(above))) {
                return true;
            }
        }
        return false;
    }

    /// The file in a directory that a file outside is another name of: the models of a cache are links to it.
    private static Optional<Path> alias(Path real, Path directory) {
        Object key = Files.isRegularFile(real) ? key(real) : null;
        if (key == null) {
            return Optional.empty();
        }
        try (var files = Files.walk(directory, DEPTH)) {
            return files.filter(file -> key.equals(key(file))).findFirst();
        } catch (IOException e) {
            throw new LotaException(Text.format("%s cannot be read: %s", directory, e.getMessage()), e);
        }
    }

    /// Tells a file from all others, links followed; null for one that is not there.
    private static @Nullable Object key(Path path) {
        try {
            return Files.exists(path)
                    ? Files.readAttributes(path, BasicFileAttributes.class).fileKey()
                    : null;
        } catch (IOException e) {
            throw new LotaException(Text.format("%s cannot be looked at: %s", path, e.getMessage()), e);
        }
    }
}
