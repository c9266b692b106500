package io.lota4j.internal.model;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import io.lota4j.internal.memory.Buffer;

/// A linear layer's whole weight gradient by libtorch, for benchmarks.
public final class DenseProduct implements AutoCloseable {
    private final Torch torch = new Torch("");
    private final PtNDManager scope = torch.scope();
    private final PtNDArray x;
    private final PtNDArray dy;
    private final PtNDArray gradient;

    /// @param columns input features
    /// @param rows output features
    public DenseProduct(int tokens, int columns, int rows) {
        x = Torch.floats(scope, tokens, columns);
        dy = Torch.floats(scope, tokens, rows);
        gradient = Torch.floats(scope, rows, columns);
    }

    /// The inputs, `[tokens, columns]`.
    public Buffer x() {
        return torch.buffer(x);
    }

    /// The outputs' gradients, `[tokens, rows]`.
    public Buffer dy() {
        return torch.buffer(dy);
    }

    /// The product, `[rows, columns]`.
    public Buffer gradient() {
        return torch.buffer(gradient);
    }

    public void compute() {
        torch.weightGradient(new Activation(x, false), new Activation(dy, false), gradient, false);
    }

    @Override
    public void close() {
        scope.close();
        torch.close();
    }
}
