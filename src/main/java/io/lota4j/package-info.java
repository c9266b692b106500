/// Lottery Ticket Adaptation for the JVM: what every package shares.
@NullMarked
package io.lota4j;

import org.jspecify.annotations.NullMarked;
