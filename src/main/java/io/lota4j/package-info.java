/// Lottery Ticket Adaptation for the JVM: [Lota] is where to begin, and beside it stands what it takes.
///
/// What is not below `io.lota4j.internal` is for other programs to use.
@NullMarked
package io.lota4j;

import org.jspecify.annotations.NullMarked;
