package io.lota4j.internal.merge.recipe;

import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.mask.IndexBits;
import io.lota4j.internal.merge.ModelTensor;
import io.lota4j.internal.ticket.ExactValues;
import java.util.Optional;

/// A delta of an embedding with its rows in the order of the result.
record PermutedDelta(RowReader reader) implements ModelTensor.Delta {
    @Override
    public Shape shape() {
        return reader.shape();
    }

    @Override
    public void read(long from, int count, float[] into) {
        reader.read(from, count, into);
    }

    @Override
    public Optional<IndexBits> support() {
        return Optional.empty();
    }

    @Override
    public Optional<ExactValues> exact() {
        return reader.exact();
    }
}
