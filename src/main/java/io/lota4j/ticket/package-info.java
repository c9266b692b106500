/// Tickets, the sparse deltas that training yields, and their files.
@NullMarked
package io.lota4j.ticket;

import org.jspecify.annotations.NullMarked;
