/// Masks: which weights are trainable. Pools, exact top-k selection, random masks, set algebra, statistics and files.
@NullMarked
package io.lota4j.internal.mask;

import org.jspecify.annotations.NullMarked;
