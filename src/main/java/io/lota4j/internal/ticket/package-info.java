/// Tickets, the sparse deltas that training yields: their files, extracting, applying, reverting and adding them.
@NullMarked
package io.lota4j.internal.ticket;

import org.jspecify.annotations.NullMarked;
