package io.lota4j.internal.jinja;

import java.util.List;

/// A text and the stretches of it that came from rows or from whoever asks; the rest was written on purpose by
/// whoever wrote the templates. As a value of a [Template] it is a text.
///
/// @param text the whole text
/// @param data sorted and disjoint stretches of it
public record Marked(String text, List<Span> data) {
    /// Copies the stretches.
    public Marked {
        data = List.copyOf(data);
    }

    /// A text that came from a row as a whole.
    public static Marked data(String text) {
        return new Marked(text, whole(text));
    }

    /// The one stretch that is all of a text, none of an empty one.
    public static List<Span> whole(String text) {
        return text.isEmpty() ? List.of() : List.of(new Span(0, text.length()));
    }
}
