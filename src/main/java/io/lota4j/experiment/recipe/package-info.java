/// Experiments as YAML files.
@NullMarked
package io.lota4j.experiment.recipe;

import org.jspecify.annotations.NullMarked;
