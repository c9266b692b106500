package io.lota4j.internal.merge.source;

import io.lota4j.LotaException;
import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.Text;
import java.nio.file.Path;
import java.util.Optional;

/// What keeps a tensor of a file from being used with the base's.
final class Misfit {
    private Misfit() {}

    /// A sentence when two shapes differ.
    ///
    /// @param file where the tensor was found
    static Optional<String> of(Path file, String name, Shape expected, Shape found) {
        return found.equals(expected)
                ? Optional.empty()
                : Optional.of(Text.format(
                        "%s: tensor '%s' has shape %s, but the base's has %s.", file, name, found, expected));
    }

    static void refuse(String sentence) {
        throw new LotaException(sentence);
    }
}
