package io.lota4j.internal.merge.source;

import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.merge.ModelTensor;
import io.lota4j.internal.ticket.ExactValues;

/// Weights of which a ticket keeps some as they are.
record ExactWeights(ModelTensor.Weights weights, ExactValues exact) implements ModelTensor.Weights {
    @Override
    public Shape shape() {
        return weights.shape();
    }

    @Override
    public void read(long from, int count, float[] into) {
        weights.read(from, count, into);
        exact.within(from, count, (index, value) -> into[(int) (index - from)] = value);
    }
}
