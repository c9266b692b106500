package io.lota4j.merge.source;

import io.lota4j.checkpoint.Shape;
import io.lota4j.merge.ModelTensor;
import io.lota4j.ticket.ExactValues;
import org.roaringbitmap.PeekableIntIterator;

/// Weights of which a ticket keeps some as they are.
record ExactWeights(ModelTensor.Weights weights, ExactValues exact) implements ModelTensor.Weights {
    @Override
    public Shape shape() {
        return weights.shape();
    }

    @Override
    public void read(long from, int count, float[] into) {
        weights.read(from, count, into);
        PeekableIntIterator indices = exact.index().getIntIterator();
        indices.advanceIfNeeded((int) from);
        int position = Math.toIntExact(exact.index().rankLong((int) from))
                - (exact.index().contains((int) from) ? 1 : 0);
        while (indices.hasNext() && indices.peekNext() < from + count) {
            into[(int) (indices.next() - from)] = exact.value(position++);
        }
    }
}
