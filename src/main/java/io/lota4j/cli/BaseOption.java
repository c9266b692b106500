package io.lota4j.cli;

import java.nio.file.Path;
import picocli.CommandLine.Option;

/// The base that a command works on, as a picocli mixin.
final class BaseOption {
    @Reads
    @Option(
            names = "--model",
            required = true,
            converter = ModelDirectory.class,
            paramLabel = "DIR",
            description = "The base, a Hugging Face directory.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Path model;

    /// Its directory.
    Path path() {
        return model;
    }
}
