/// What a model computes on.
@NullMarked
package io.lota4j.memory;

import org.jspecify.annotations.NullMarked;
