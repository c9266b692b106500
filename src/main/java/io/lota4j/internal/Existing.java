package io.lota4j.internal;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// What is wrong with a path at which something is to be, in words that go behind its name.
public final class Existing {
    private Existing() {}

    /// What is wrong with a path that is to be a plain file, which can be read more than once; empty if nothing is.
    public static Optional<String> problemOfFile(Path file) {
        if (Files.isRegularFile(file)) {
            return Optional.empty();
        }
        if (Links.dangles(file)) {
            return Optional.of("a link to nothing");
        }
        if (Files.isDirectory(file)) {
            return Optional.of("a folder; expected a file");
        }
        return Optional.of(
                Files.exists(file)
                        ? "no plain file but a device or a pipe, which cannot be read twice; expected a plain file"
                        : "no such file");
    }

    /// What is wrong with a path that is to be a folder; empty if nothing is.
    public static Optional<String> problemOfDirectory(Path directory) {
        if (Files.isDirectory(directory)) {
            return Optional.empty();
        }
        return Optional.of(Files.exists(directory) ? "a file; expected a folder" : "no such directory");
    }
}
