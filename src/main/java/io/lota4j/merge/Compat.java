package io.lota4j.merge;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/// Whose reading of a method is followed where the paper and the programs disagree.
public enum Compat {
    /// The paper that introduced the method, or the code published with it.
    PAPER,
    /// mergekit.
    MERGEKIT,
    /// PEFT's merging of adapters.
    PEFT;

    /// As recipes and the command line write it.
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// The reading that a word names.
    public static Optional<Compat> of(String word) {
        return Arrays.stream(values())
                .filter(compat -> compat.word().equals(word))
                .findFirst();
    }
}
