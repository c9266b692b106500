/// The decoder: configuration, weights, forward and backward by layers, generation. DJL's types stay in here and in
/// the packages that train and score.
@NullMarked
package io.lota4j.internal.model;

import org.jspecify.annotations.NullMarked;
