package io.lota4j.data.file;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/// What can be read once only, as a temporary file that is gone when it is closed.
///
/// @param file the temporary file
record Spool(Path file) implements AutoCloseable {
    /// Reads a stream to its end.
    static Spool of(InputStream in) throws IOException {
        Spool spool = new Spool(Files.createTempFile("lota-rows-", ".tmp"));
        // Closing is skipped by a JVM that is told to end.
        spool.file.toFile().deleteOnExit();
        try {
            Files.copy(in, spool.file, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            spool.close();
            throw e;
        }
        return spool;
    }

    @Override
    public void close() throws IOException {
        Files.deleteIfExists(file);
    }
}
