package io.lota4j.data;

import io.lota4j.jinja.Span;
import java.util.List;

/// A text and the stretches of it that came from rows or from whoever asks; the rest was written on purpose by
/// whoever wrote the templates.
///
/// @param text the whole text
/// @param data sorted and disjoint stretches of it
record Marked(String text, List<Span> data) {
    Marked {
        data = List.copyOf(data);
    }

    /// A text that came from a row as a whole.
    static Marked data(String text) {
        return new Marked(text, text.isEmpty() ? List.of() : List.of(new Span(0, text.length())));
    }

    /// This text up to a place in it.
    Marked upTo(int end) {
        return new Marked(
                text.substring(0, end),
                data.stream()
                        .filter(span -> span.start() < end)
                        .map(span -> new Span(span.start(), Math.min(span.end(), end)))
                        .toList());
    }
}
