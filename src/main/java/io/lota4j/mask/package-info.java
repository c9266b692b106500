/// Masks: which weights are trainable. Pools, set algebra, statistics and files.
@NullMarked
package io.lota4j.mask;

import org.jspecify.annotations.NullMarked;
