package io.lota4j.internal.merge.source;

import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.merge.Change;
import io.lota4j.internal.merge.ModelTensor;

/// Weights with a delta added in F32. Where the delta is zero the weights stay as they are, negative zeros too.
record ChangedWeights(ModelTensor.Weights weights, ModelTensor.Delta delta) implements ModelTensor.Weights {
    /// What weights become: a delta is added, other weights take their place.
    static ModelTensor.Weights of(ModelTensor.Weights weights, ModelTensor change) {
        return switch (change) {
            case ModelTensor.Delta delta -> new ChangedWeights(weights, delta);
            case ModelTensor.Weights others -> others;
        };
    }

    @Override
    public Shape shape() {
        return weights.shape();
    }

    @Override
    public void read(long from, int count, float[] into) {
        weights.read(from, count, into);
        float[] added = new float[count];
        delta.read(from, count, added);
        for (int i = 0; i < count; i++) {
            into[i] = Change.of(into[i], added[i]);
        }
    }
}
