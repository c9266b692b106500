package io.lota4j.internal.merge.source;

import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.merge.ModelTensor;
import java.util.Optional;

/// What an adapter has for one tensor of its base.
interface AdapterPart {
    /// The tensor's shape; empty when only the base knows it.
    Optional<Shape> shape();

    /// A sentence when it cannot be put on a tensor of this shape.
    Optional<String> misfit(Shape base);

    /// Whether it must be given the base's weights.
    default boolean rewrites() {
        return false;
    }

    /// Whether it needs nothing of the base: it brings all the weights.
    default boolean standsAlone() {
        return false;
    }

    /// Reads what is needed.
    ///
    /// @param shape one that fits
    /// @param base the base's weights, present where it rewrites them
    /// @throws io.lota4j.LotaException when the content is bad
    ModelTensor on(Shape shape, Optional<ModelTensor.Weights> base);
}
