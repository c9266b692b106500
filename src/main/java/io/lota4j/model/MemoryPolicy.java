package io.lota4j.model;

/// What is kept in memory while training. All policies yield the same bits.
///
/// @param activations of the forward pass
/// @param base the layers' weights
public record MemoryPolicy(ActivationPolicy activations, BaseWeights base) {
    /// Everything: the fastest.
    public static final MemoryPolicy KEEP = new MemoryPolicy(ActivationPolicy.KEEP, BaseWeights.LOADED);
}
