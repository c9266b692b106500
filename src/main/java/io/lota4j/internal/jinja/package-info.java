/// A template engine for chat templates: what Python's jinja2 renders with the settings of Hugging Face's
/// transformers, and of every stretch of the result whether the template or the data wrote it.
@NullMarked
package io.lota4j.internal.jinja;

import org.jspecify.annotations.NullMarked;
