package io.lota4j.cli;

import picocli.CommandLine.Option;

/// The switch `--dry-run`, as a picocli mixin.
final class DryRunOption {
    @Option(names = "--dry-run", description = "Read headers only, say what would happen, and stop.")
    private boolean asked;

    boolean asked() {
        return asked;
    }
}
