/// The architectures: what a `config.json` says, as lists of steps.
@NullMarked
package io.lota4j.internal.model.arch;

import org.jspecify.annotations.NullMarked;
