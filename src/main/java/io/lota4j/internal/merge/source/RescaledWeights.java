package io.lota4j.internal.merge.source;

import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.merge.ModelTensor;

/// A matrix whose rows, or columns, are brought to given norms.
///
/// The norms are computed by one pass over the whole matrix when something is first read.
final class RescaledWeights implements ModelTensor.Weights {
    /// Elements that are read at once for the norms.
    private static final int BLOCK = 1 << 16;

    private final ModelTensor.Weights weights;
    private final float[] norms;
    private final boolean byColumn;
    private final int columns;
    private float[] factors = {};

    /// @param norms of the rows or, `byColumn`, of the columns
    RescaledWeights(ModelTensor.Weights weights, float[] norms, boolean byColumn) {
        this.weights = weights;
        this.norms = norms;
        this.byColumn = byColumn;
        this.columns = Math.toIntExact(weights.shape().dim(1));
    }

    @Override
    public Shape shape() {
        return weights.shape();
    }

    @Override
    public void read(long from, int count, float[] into) {
        float[] known = factors();
        weights.read(from, count, into);
        for (int i = 0; i < count; i++) {
            into[i] *= known[line(from + i)];
        }
    }

    private int line(long index) {
        return (int) (byColumn ? index % columns : index / columns);
    }

    private synchronized float[] factors() {
        if (factors.length != norms.length) {
            factors = computed();
        }
        return factors;
    }

    private float[] computed() {
        double[] squares = new double[norms.length];
        float[] block = new float[BLOCK];
        long total = shape().numel();
        for (long from = 0; from < total; from += BLOCK) {
            int count = (int) Math.min(BLOCK, total - from);
            weights.read(from, count, block);
            for (int i = 0; i < count; i++) {
                squares[line(from + i)] += (double) block[i] * block[i];
            }
        }
        float[] computed = new float[norms.length];
        for (int i = 0; i < norms.length; i++) {
            computed[i] = norms[i] / (float) Math.sqrt(squares[i]);
        }
        return computed;
    }
}
