package io.lota4j.mask;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalDouble;

/// What a mask is for and how it was made.
///
/// @param base fingerprint of the base in hexadecimal
/// @param pool the pool's text ([Pool#toString()])
/// @param scope the scope's text ([Scope#toString()]), or another word where no one scope holds
/// @param requestedSparsity frozen share of the pool that was asked for, in [0, 1]
/// @param threshold least absolute delta that is trainable, where one threshold holds for the whole pool
/// @param origin how the mask was made, in this order: source, steps, tokens, seed and the like
public record MaskInfo(
        String base,
        String pool,
        String scope,
        double requestedSparsity,
        OptionalDouble threshold,
        Map<String, String> origin) {
    /// The key of [#origin()] for what made the mask, such as `delta`, `random` or `or`.
    public static final String SOURCE = "source";

    /// @throws io.lota4j.LotaException when the sparsity is not within [0, 1]
    public MaskInfo {
        Sparsity.check(requestedSparsity, "a mask's requested sparsity");
        origin = Collections.unmodifiableMap(new LinkedHashMap<>(origin));
    }

    /// The same with another account of how the mask was made.
    public MaskInfo withOrigin(Map<String, String> other) {
        return new MaskInfo(base, pool, scope, requestedSparsity, threshold, other);
    }
}
