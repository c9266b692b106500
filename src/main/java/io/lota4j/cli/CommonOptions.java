package io.lota4j.cli;

import picocli.CommandLine.Option;

/// What every command takes, as a picocli mixin.
final class CommonOptions {
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help and exit.")
    @SuppressWarnings("UnusedVariable") // picocli reads it
    private boolean help;

    @Option(names = "--debug", description = "Print stack traces and the logging of the libraries.")
    private boolean debug;

    /// Whether a failure prints its stack trace.
    boolean debug() {
        return debug;
    }
}
