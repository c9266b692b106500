package io.lota4j.internal.model;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;

/// What a model with the weights of one moment expects behind the scored places of a batch: the
/// log-probability of every token of the vocabulary, frozen. [Decoder#expectations] makes them, in memory
/// of 4 bytes times scored tokens times vocabulary, which closing frees.
public final class Expectations implements AutoCloseable {
    private final PtNDManager scope;
    private final PtNDArray logProbabilities;

    /// @param scope owns the values and is closed with them
    /// @param logProbabilities nats, `[scored tokens, vocabulary]`
    Expectations(PtNDManager scope, PtNDArray logProbabilities) {
        this.scope = scope;
        this.logProbabilities = logProbabilities;
    }

    /// How many scored places there are.
    public int places() {
        return Math.toIntExact(logProbabilities.getShape().get(0));
    }

    /// Log-probabilities, nats, row-major `[places, vocabulary]`. For small inputs.
    public float[] logProbabilities() {
        return logProbabilities.toFloatArray();
    }

    /// Those of some places, as a view.
    PtNDArray rows(int from, int to, PtNDManager slice) {
        return Torch.rows(logProbabilities, from, to, slice);
    }

    @Override
    public void close() {
        scope.close();
    }
}
