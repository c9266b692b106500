/// Experiments: grids of training runs over sequences of tasks.
@NullMarked
package io.lota4j.experiment;

import org.jspecify.annotations.NullMarked;
