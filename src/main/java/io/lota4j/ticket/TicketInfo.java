package io.lota4j.ticket;

import io.lota4j.mask.Sparsity;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalDouble;

/// What a ticket is for and how it was made.
///
/// @param base fingerprint of the base in hexadecimal
/// @param pool the pool's text ([io.lota4j.mask.Pool#toString()])
/// @param scope the scope's text ([io.lota4j.mask.Scope#toString()]), or another word where there is no one scope
/// @param requestedSparsity frozen share of the pool that was asked for, in [0, 1]; empty when none was
/// @param provenance how the ticket was made, in this order: tool, recipe, data hashes, seeds, losses and the like
public record TicketInfo(
        String base, String pool, String scope, OptionalDouble requestedSparsity, Map<String, String> provenance) {
    /// The key of [#provenance()] for what made the ticket, such as `train`, `extract` or `add`.
    public static final String SOURCE = "source";

    /// @throws io.lota4j.LotaException when the sparsity is not within [0, 1]
    public TicketInfo {
        requestedSparsity.ifPresent(value -> Sparsity.check(value, "a ticket's requested sparsity"));
        provenance = Collections.unmodifiableMap(new LinkedHashMap<>(provenance));
    }

    /// The same with more said of how the ticket was made, behind what is said.
    public TicketInfo saying(Map<String, String> more) {
        Map<String, String> all = new LinkedHashMap<>(provenance);
        all.putAll(more);
        return new TicketInfo(base, pool, scope, requestedSparsity, all);
    }
}
