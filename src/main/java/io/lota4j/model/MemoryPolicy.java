package io.lota4j.model;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// What is kept in memory while training. All policies yield the same bits.
///
/// @param activations of the forward pass
/// @param base the layers' weights
/// @param state a directory for files with what a run keeps for each trained weight (values, gradients, moments,
///     sums of scores), or null where that is in memory
public record MemoryPolicy(
        ActivationPolicy activations,
        BaseWeights base,
        @Nullable Path state) {
    /// Everything: the fastest.
    public static final MemoryPolicy KEEP = new MemoryPolicy(ActivationPolicy.KEEP, BaseWeights.LOADED);

    /// Keeps what a run has for each trained weight in memory.
    public MemoryPolicy(ActivationPolicy activations, BaseWeights base) {
        this(activations, base, null);
    }

    /// The same with what a run keeps for each trained weight in files. The base then stays mapped: its F32
    /// values would take as much memory as what is taken out of it.
    ///
    /// @param directory null for memory, which changes nothing
    public MemoryPolicy withState(@Nullable Path directory) {
        return directory == null ? this : new MemoryPolicy(activations, BaseWeights.MAPPED, directory);
    }
}
