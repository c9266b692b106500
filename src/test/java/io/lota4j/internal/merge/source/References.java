package io.lota4j.internal.merge.source;

import io.lota4j.internal.merge.ModelReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// References as texts: `path`, `path+adapter` or `+adapter`.
final class References {
    private References() {}

    static ModelReference parse(String text) {
        int plus = text.lastIndexOf('+');
        if (plus < 0 || Files.exists(Path.of(text))) {
            return new ModelReference(text, Path.of(text), Optional.empty());
        }
        Path after = Path.of(text.substring(plus + 1));
        return plus == 0
                ? new ModelReference(text, after, Optional.empty())
                : new ModelReference(text, Path.of(text.substring(0, plus)), Optional.of(after));
    }
}
