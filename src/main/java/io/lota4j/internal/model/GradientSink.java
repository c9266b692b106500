package io.lota4j.internal.model;

import ai.djl.pytorch.engine.PtNDArray;

/// Receives the gradients of one backward pass, layer by layer, last to first. Each call's tensors are freed when it
/// returns; a weight that is used twice (a tied head) may arrive twice and adds up.
public interface GradientSink {
    /// Whether the gradient of this weight is wanted at all.
    boolean wants(String weight);

    /// A linear layer's weight `[out, in]`, given what its gradient is made of: `dW = dYᵀ X`. Of a weight that is
    /// stored
    /// transposed ([io.lota4j.internal.model.layer.Blocks#isTransposed]) the two come in each other's place.
    ///
    /// @param x inputs
    /// @param dy gradients of the outputs, as many tokens
    void linear(String weight, Activation x, Activation dy);

    /// A weight that holds a part of one size for each of several experts, one after the other, with its whole
    /// gradient.
    ///
    /// @param tokens how many went through each expert
    @SuppressWarnings("unused")
    default void parts(String weight, PtNDArray gradient, long[] tokens) {
        whole(weight, gradient);
    }

    /// Any other weight, with its whole gradient in the weight's shape, contiguous.
    void whole(String weight, PtNDArray gradient);
}
