/// Keeping a model near to another: the answers that it gives by itself, and how far what it expects at
/// their tokens is from what the other expects.
@NullMarked
package io.lota4j.internal.train.distill;

import org.jspecify.annotations.NullMarked;
