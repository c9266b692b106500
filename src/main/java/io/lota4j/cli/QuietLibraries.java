package io.lota4j.cli;

import java.util.logging.Level;
import java.util.logging.Logger;

/// Keeps the reader of Parquet files from telling users which of its decoders it took.
final class QuietLibraries {
    /// Held, since a logger that nobody holds forgets its level.
    private static final Logger PARQUET = Logger.getLogger("dev.hardwood");

    private QuietLibraries() {}

    static void quieten() {
        PARQUET.setLevel(Level.WARNING);
    }
}
