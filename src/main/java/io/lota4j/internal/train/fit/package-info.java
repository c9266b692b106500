/// Fits how much of each ticket a merge takes, so that it answers as each ticket does alone.
@NullMarked
package io.lota4j.internal.train.fit;

import org.jspecify.annotations.NullMarked;
