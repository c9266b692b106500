/// Data as a model takes it: examples of token ids with those that carry loss, and where they come from.
@NullMarked
package io.lota4j.data;

import org.jspecify.annotations.NullMarked;
