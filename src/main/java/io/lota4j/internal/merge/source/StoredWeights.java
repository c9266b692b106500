package io.lota4j.internal.merge.source;

import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.checkpoint.Elements;
import io.lota4j.internal.merge.ModelTensor;

/// Weights as a file has them.
record StoredWeights(Shape shape, Elements elements) implements ModelTensor.Weights {
    @Override
    public void read(long from, int count, float[] into) {
        elements.read(from, count, into);
    }
}
