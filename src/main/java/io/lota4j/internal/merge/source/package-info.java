/// The models of a merge: checkpoints, tickets and PEFT adapters, opened by their headers and read piece by piece.
@NullMarked
package io.lota4j.internal.merge.source;

import org.jspecify.annotations.NullMarked;
