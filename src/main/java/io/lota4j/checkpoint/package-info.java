/// Element types and shapes of stored tensors.
@NullMarked
package io.lota4j.checkpoint;

import org.jspecify.annotations.NullMarked;
