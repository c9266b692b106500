package io.lota4j.internal.data;

import io.lota4j.internal.jinja.Span;

/// A stretch of a conversation's text that carries loss.
///
/// @param span where
/// @param weight what the loss of its tokens counts
record Learned(Span span, double weight) {}
