package io.lota4j.internal.merge;

import java.util.Optional;

/// Looks into models without reading their weights.
@FunctionalInterface
public interface ModelOpener {
    /// @param reference what to open
    /// @param base the merge's base, which a ticket or an adapter on its own refers to; empty when there is
    ///     none, and for the base itself
    /// @throws io.lota4j.LotaException when it is no model or does not fit the base
    ModelOutline open(ModelReference reference, Optional<ModelOutline> base);
}
