package io.lota4j.internal.jinja;

/// A stretch of a text, in UTF-16 units.
///
/// @param start the first unit
/// @param end the unit after the last one, greater than `start`
public record Span(int start, int end) {}
