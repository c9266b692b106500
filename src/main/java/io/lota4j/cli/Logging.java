package io.lota4j.cli;

/// Keeps the libraries' own logging out of the user's sight. Must run before the first logger is made.
final class Logging {
    private Logging() {}

    /// Shows warnings only, or with `debug` everything that DJL and the rest report.
    ///
    /// Log levels that the user has set win.
    static void configure(boolean debug) {
        set("org.slf4j.simpleLogger.defaultLogLevel", debug ? "info" : "warn");
        // What goes wrong there is told by who calls it; this would be its trace.
        set("org.slf4j.simpleLogger.log.ai.djl.huggingface.tokenizers.jni.LibUtils", debug ? "info" : "off");
        // With a CUDA runtime but no driver, DJL warns about the number of GPUs on every start.
        set("org.slf4j.simpleLogger.log.ai.djl.util.cuda.CudaUtils", debug ? "warn" : "error");
    }

    private static void set(String key, String value) {
        if (System.getProperty(key) == null) {
            System.setProperty(key, value);
        }
    }
}
