/// Objectives: what training minimises, as a weight for each labelled token.
@NullMarked
package io.lota4j.train.objective;

import org.jspecify.annotations.NullMarked;
