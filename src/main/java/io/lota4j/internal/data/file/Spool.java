package io.lota4j.internal.data.file;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.jspecify.annotations.Nullable;

/// What can be read once only, as a temporary file that is gone when it is closed.
///
/// @param file the temporary file
record Spool(Path file) implements AutoCloseable {
    private record Standard(InputStream in, Spool spool) {}

    private static @Nullable Standard standard;

    /// Reads a stream to its end.
    static Spool of(InputStream in) throws IOException {
        Spool spool = new Spool(TemporaryFiles.create());
        try {
            Files.copy(in, spool.file, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            spool.close();
            throw e;
        }
        return spool;
    }

    /// Standard input, which is read when it is first asked for. It stays until the JVM ends.
    static synchronized Path standardInput() throws IOException {
        if (standard == null || standard.in != System.in) {
            standard = new Standard(System.in, of(System.in));
        }
        return standard.spool.file;
    }

    @Override
    public void close() throws IOException {
        Files.deleteIfExists(file);
    }
}
