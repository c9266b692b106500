package io.lota4j;

import io.lota4j.ticket.Shrinkage;
import io.lota4j.ticket.Ticket;

/// A ticket that was shrunk to what its task needs.
///
/// @param ticket the deltas times alpha, with how they were shrunk in its provenance
/// @param how what was found
public record Shrunk(Ticket ticket, Shrinkage how) {}
