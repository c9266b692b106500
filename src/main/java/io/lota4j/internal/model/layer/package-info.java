/// A decoder layer as a list of typed steps, and the TorchScript that is generated from it.
@NullMarked
package io.lota4j.internal.model.layer;

import org.jspecify.annotations.NullMarked;
