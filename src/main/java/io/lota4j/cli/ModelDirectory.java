package io.lota4j.cli;

import io.lota4j.internal.checkpoint.HubCache;
import java.nio.file.Path;
import picocli.CommandLine.ITypeConverter;

/// A model's directory, given by its path or, where Hugging Face's cache has it, by its name there.
final class ModelDirectory implements ITypeConverter<Path> {
    @Override
    public Path convert(String given) {
        return HubCache.ofUser().resolve(Path.of(given));
    }
}
