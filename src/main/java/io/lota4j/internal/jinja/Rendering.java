package io.lota4j.internal.jinja;

import java.util.List;

/// What a template made of its variables. The spans of each list are sorted and disjoint.
///
/// @param text the whole text
/// @param said the stretches that the messages and other values of a row hold; all else was written by the template
///     or by what it was given
/// @param data the stretches of these that came from data as they are; what is left was written on purpose around
///     them, as [Marked] says
/// @param generation the stretches in `{% generation %}` blocks: what the assistant says
public record Rendering(String text, List<Span> said, List<Span> data, List<Span> generation) {
    /// Copies the lists.
    public Rendering {
        said = List.copyOf(said);
        data = List.copyOf(data);
        generation = List.copyOf(generation);
    }

    /// The text with what of it came from data.
    public Marked marked() {
        return new Marked(text, data);
    }
}
