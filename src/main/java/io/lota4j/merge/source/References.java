package io.lota4j.merge.source;

import io.lota4j.LotaException;
import io.lota4j.merge.ModelReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// What recipes and command lines write for a model: `path`, `path+adapter` or `+adapter`.
public final class References {
    private References() {}

    /// Finds what a text refers to. A path that exists is never split at its pluses; of several pluses that part two
    /// existing paths, the last one counts.
    ///
    /// @param text with paths relative to the working directory
    /// @throws LotaException when something is not there, with what there is nearby
    public static ModelReference parse(String text) {
        if (text.isEmpty() || text.endsWith("+")) {
            throw new LotaException(
                    "`%s` names no model after its end; a model is PATH, PATH+ADAPTER or +ADAPTER.".formatted(text));
        }
        if (Files.exists(Path.of(text))) {
            return new ModelReference(text, Path.of(text), Optional.empty());
        }
        Path missing = Path.of(text);
        for (int plus = text.lastIndexOf('+'); plus >= 0; plus = text.lastIndexOf('+', plus - 1)) {
            Path before = Path.of(text.substring(0, plus));
            Path after = Path.of(text.substring(plus + 1));
            if (Files.exists(before) && Files.exists(after)) {
                return plus == 0
                        ? new ModelReference(text, after, Optional.empty())
                        : new ModelReference(text, before, Optional.of(after));
            }
            missing = Files.exists(before) ? after : before;
        }
        throw Nearby.missing(missing);
    }
}
