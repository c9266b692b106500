/// Memory of the host or of a card, and what a model computes on: the ground floor that kernels and models share.
@NullMarked
package io.lota4j.internal.memory;

import org.jspecify.annotations.NullMarked;
