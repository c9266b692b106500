package io.lota4j.model;

import io.lota4j.internal.model.ModelConfig;
import io.lota4j.internal.model.layer.Scripts;
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

    /// What of a layer's forward pass stays in memory until the pass goes back through it. Both yield the same bits.
    public enum ActivationPolicy {
        /// Everything that going back needs.
        KEEP,
        /// Only the layer's input; the rest is computed again (activation checkpointing, [Chen et al.
        /// 2016](https://arxiv.org/abs/1604.06174)). A forward pass more, for a tenth of the memory.
        RECOMPUTE;

        /// F32 values that a token leaves behind in all layers.
        public long floatsPerToken(ModelConfig config) {
            Scripts scripts = Scripts.of(config.blocks());
            long inputs = (long) config.layers() * config.hiddenSize();
            return inputs + (this == KEEP ? scripts.floatsKept() : scripts.mostKept());
        }
    }

    /// Where the layers' weights are while they are not computed with. Both yield the same bits.
    public enum BaseWeights {
        /// In memory, F32.
        LOADED,
        /// In the checkpoint's mapped files, in their own type: each layer is widened when its turn comes,
        /// and trained values are kept beside it. Reading every layer anew at each pass takes time. Of an
        /// embedding of more than 256 MiB as F32 only the rows of a pass's tokens are read, of such a head
        /// a block of rows at a time; other weights outside the layers are in memory all the same.
        MAPPED
    }
}
