package io.lota4j.cli;

import picocli.CommandLine.Option;

/// Leave to replace results, as a picocli mixin of commands that have an output of [OutputKind#RESULT].
final class ForceOption {
    static final String NAME = "--force";

    @Option(names = NAME, description = "Replace a result that exists already, instead of refusing to.")
    @SuppressWarnings("UnusedVariable") // Places reads it from the command line
    private boolean force;
}
