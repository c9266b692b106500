/// Lottery Ticket Adaptation for the JVM: [Lota] is where to begin.
///
/// Beside it and what it takes stand a few classes that every package shares.
@NullMarked
package io.lota4j;

import org.jspecify.annotations.NullMarked;
