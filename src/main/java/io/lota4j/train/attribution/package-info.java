/// Attributions: rules that score single weights, of which masks take the highest. Each is a file and a line of
/// [io.lota4j.train.attribution.Attributions].
@NullMarked
package io.lota4j.train.attribution;

import org.jspecify.annotations.NullMarked;
