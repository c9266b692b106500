package io.lota4j.internal.model;

import ai.djl.pytorch.engine.PtNDArray;

/// Adds up the gradient with respect to inputs that are no token's, and wants no weight's: a pass with it goes
/// forward and back through activations alone.
public final class SoftGradient implements GradientSink {
    private final double[][] rows;

    /// @param count of the inputs
    /// @param width of each
    public SoftGradient(int count, int width) {
        rows = new double[count][width];
    }

    /// The sum so far, `[n, hidden]`.
    public double[][] rows() {
        return rows;
    }

    @Override
    public boolean wants(String weight) {
        return weight.equals(Weights.SOFT);
    }

    @Override
    public void linear(String weight, Activation x, Activation dy) {
        throw new IllegalStateException(weight + " is not wanted");
    }

    @Override
    public void whole(String weight, PtNDArray gradient) {
        float[] all = gradient.toFloatArray();
        for (int row = 0; row < rows.length; row++) {
            for (int i = 0; i < rows[row].length; i++) {
                rows[row][i] += all[row * rows[row].length + i];
            }
        }
    }
}
