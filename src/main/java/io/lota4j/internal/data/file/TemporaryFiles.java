package io.lota4j.internal.data.file;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Where rows wait that do not fit elsewhere: in the folder that `TMPDIR` names, or else in the JVM's own.
public final class TemporaryFiles {
    private static final String PREFIX = "lota-rows-";

    private TemporaryFiles() {}

    /// A new empty file, which is gone at the latest when the JVM ends.
    public static Path create() throws IOException {
        String folder = System.getenv("TMPDIR");
        Path file = folder == null || !Files.isDirectory(Path.of(folder))
                ? Files.createTempFile(PREFIX, ".tmp")
                : Files.createTempFile(Path.of(folder), PREFIX, ".tmp");
        file.toFile().deleteOnExit();
        return file;
    }
}
