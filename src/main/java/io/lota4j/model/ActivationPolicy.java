package io.lota4j.model;

import io.lota4j.internal.model.ModelConfig;
import io.lota4j.internal.model.layer.Scripts;

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
