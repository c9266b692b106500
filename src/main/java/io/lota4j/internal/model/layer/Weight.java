package io.lota4j.internal.model.layer;

import io.lota4j.checkpoint.Shape;

/// A weight of a layer.
///
/// @param name as the checkpoint has it, without the layer's prefix
/// @param start what a model that is started from nothing has in it
public record Weight(String name, Shape shape, Start start) {
    /// What a model that is started from nothing has in a weight.
    public enum Start {
        NORMAL,
        ZERO,
        ONE,
        /// Logarithms of numbers from 0.01 to 16.
        RATE
    }
}
