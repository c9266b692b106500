package io.lota4j.internal.model;

import java.util.function.UnaryOperator;

/// The weight that each scored token's loss has in what a backward pass takes the gradient of. Each is one a scored
/// token, in the order of [PackedBatch#targetPositions].
public sealed interface RowWeights {
    /// Weights that are known before the pass.
    @SuppressWarnings("ArrayRecordComponent") // made once and given away
    record Constant(float[] weights) implements RowWeights {}

    /// Weights that depend on the tokens' losses, which takes one more product with the head.
    ///
    /// @param rule gets the losses (nats) and returns the weights
    record OfLosses(UnaryOperator<float[]> rule) implements RowWeights {}
}
