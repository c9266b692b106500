package io.lota4j.jinja;

import java.util.List;

/// What a template made of its variables. The spans of each list are sorted and disjoint.
///
/// @param text the whole text
/// @param data the stretches that came from data; all else was written by the template or by what it was given
/// @param generation the stretches in `{% generation %}` blocks: what the assistant says
public record Rendering(String text, List<Span> data, List<Span> generation) {
    public Rendering {
        data = List.copyOf(data);
        generation = List.copyOf(generation);
    }
}
