/// What is kept in memory while a model trains, and how answers are drawn.
@NullMarked
package io.lota4j.model;

import org.jspecify.annotations.NullMarked;
