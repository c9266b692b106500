package io.lota4j.internal.merge.recipe;

import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.mask.IndexBits;
import io.lota4j.internal.merge.ModelTensor;
import io.lota4j.internal.ticket.ExactValues;
import java.util.List;
import java.util.Optional;

/// The first rows of every model, as they stand: what mergekit takes of vocabularies of different sizes when a
/// recipe names no tokenizer.
record FirstRows(int count) implements RowMapping {
    @Override
    public ModelTensor of(int place, List<ModelTensor> all) {
        ModelTensor tensor = all.get(place);
        Shape shape = Shape.of(count, tensor.shape().dim(1));
        return switch (tensor) {
            case ModelTensor.Weights weights -> new Weights(weights, shape);
            case ModelTensor.Delta delta -> new Delta(delta, shape);
        };
    }

    private record Weights(ModelTensor.Weights whole, Shape shape) implements ModelTensor.Weights {
        @Override
        public void read(long from, int count, float[] into) {
            whole.read(from, count, into);
        }
    }

    private record Delta(ModelTensor.Delta whole, Shape shape) implements ModelTensor.Delta {
        @Override
        public void read(long from, int count, float[] into) {
            whole.read(from, count, into);
        }

        @Override
        public Optional<IndexBits> support() {
            return whole.support();
        }

        @Override
        public Optional<ExactValues> exact() {
            return whole.exact();
        }

        @Override
        public int entries(long from, int count, long[] marks, float[] values) {
            return whole.entries(from, count, marks, values);
        }
    }
}
