/// Experiments as YAML files.
@NullMarked
package io.lota4j.internal.experiment.recipe;

import org.jspecify.annotations.NullMarked;
