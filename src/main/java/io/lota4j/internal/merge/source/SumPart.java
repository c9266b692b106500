package io.lota4j.internal.merge.source;

import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.mask.IndexBits;
import io.lota4j.internal.merge.ModelTensor;
import java.util.Optional;

/// A sparse and a low-rank delta of one tensor.
record SumPart(SparsePart sparse, LowRankPart lowRank) implements AdapterPart {
    @Override
    public Optional<Shape> shape() {
        return lowRank.shape();
    }

    @Override
    public Optional<String> misfit(Shape base) {
        return lowRank.misfit(base).or(() -> sparse.misfit(base));
    }

    @Override
    public ModelTensor on(Shape shape, Optional<ModelTensor.Weights> base) {
        return new Sum(sparse.on(shape, base), lowRank.on(shape, base));
    }

    private record Sum(ModelTensor.Delta first, ModelTensor.Delta second) implements ModelTensor.Delta {
        @Override
        public Shape shape() {
            return first.shape();
        }

        @Override
        public Optional<IndexBits> support() {
            return Optional.empty();
        }

        @Override
        public void read(long from, int count, float[] into) {
            first.read(from, count, into);
            float[] added = new float[count];
            second.read(from, count, added);
            for (int i = 0; i < count; i++) {
                into[i] += added[i];
            }
        }
    }
}
