package io.lota4j.internal.jinja;

import java.util.Set;

/// Sets of names, written as a text.
final class Names {
    private Names() {}

    /// The words of a text, each of which is there once.
    static Set<String> of(String words) {
        return Set.of(words.strip().split("\\s+"));
    }
}
