package io.lota4j.internal.merge.recipe;

import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.merge.ModelTensor;

/// A model's embedding with its rows in the order of the result.
record PermutedWeights(RowReader reader) implements ModelTensor.Weights {
    @Override
    public Shape shape() {
        return reader.shape();
    }

    @Override
    public void read(long from, int count, float[] into) {
        reader.read(from, count, into);
    }
}
