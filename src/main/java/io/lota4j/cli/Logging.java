package io.lota4j.cli;

import io.lota4j.Offline;

/// Keeps the libraries' own logging out of the user's sight. Must run before the first logger is made.
final class Logging {
    private Logging() {}

    /// Shows warnings only, or with `debug` everything that DJL and the rest report.
    ///
    /// Log levels that the user has set win.
    static void configure(boolean debug) {
        set("org.slf4j.simpleLogger.defaultLogLevel", debug ? "info" : "warn");
        // With a CUDA runtime but no driver, DJL warns about the number of GPUs on every start.
        set("org.slf4j.simpleLogger.log.ai.djl.util.cuda.CudaUtils", debug ? "warn" : "error");
        // The engine reports its use to its makers unless told not to, and may download natives that are not there.
        Offline.enforce();
    }

    private static void set(String key, String value) {
        if (System.getProperty(key) == null) {
            System.setProperty(key, value);
        }
    }
}
