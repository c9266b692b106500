/// Grids of training runs over sequences of tasks: what is run, and what comes of it.
@NullMarked
package io.lota4j.internal.experiment;

import org.jspecify.annotations.NullMarked;
