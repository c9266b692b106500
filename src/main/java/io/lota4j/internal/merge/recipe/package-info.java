/// Merge recipes: mergekit's YAML, and the plan of a merge, made from headers alone.
@NullMarked
package io.lota4j.internal.merge.recipe;

import org.jspecify.annotations.NullMarked;
