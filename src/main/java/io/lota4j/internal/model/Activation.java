package io.lota4j.internal.model;

import ai.djl.pytorch.engine.PtNDArray;
import org.jspecify.annotations.Nullable;

/// One side of a linear layer: what goes into it, or the gradient of what comes out.
///
/// @param tensor F32, contiguous, `[tokens, features]`, or `[features, tokens]` if `byFeature`
/// @param byFeature whether the tokens of one feature lie side by side
/// @param places which of the batch's tokens these are, I64; null if they are all of them
public record Activation(
        PtNDArray tensor, boolean byFeature, @Nullable PtNDArray places) {
    /// Of all tokens.
    public Activation(PtNDArray tensor, boolean byFeature) {
        this(tensor, byFeature, null);
    }

    public int tokens() {
        return (int) tensor.getShape().get(byFeature ? 1 : 0);
    }

    public int features() {
        return (int) tensor.getShape().get(byFeature ? 0 : 1);
    }
}
