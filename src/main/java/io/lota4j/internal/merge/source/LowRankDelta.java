package io.lota4j.internal.merge.source;

import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.mask.IndexBits;
import io.lota4j.internal.merge.ModelTensor;
import java.util.Arrays;
import java.util.Optional;

/// A product of two factors, computed for the piece that is asked for. Sums are F32, fused, in the order of the rank,
/// and scaled at the end: PyTorch's bits on the golden adapter.
final class LowRankDelta implements ModelTensor.Delta {
    /// Columns that are worked on together: with a rank of 64 their factors take 128 KiB and stay in the cache.
    private static final int TILE = 512;

    private final Shape shape;
    private final float[] left;
    private final float[] right;
    private final int rank;
    private final float scale;
    private final int columns;

    /// @param shape `[m, n]`
    /// @param left `[m, rank]`, row-major
    /// @param right `[rank, n]`, row-major
    LowRankDelta(Shape shape, float[] left, float[] right, int rank, float scale) {
        this.shape = shape;
        this.left = left;
        this.right = right;
        this.rank = rank;
        this.scale = scale;
        this.columns = Math.toIntExact(shape.dim(1));
    }

    @Override
    public Shape shape() {
        return shape;
    }

    @Override
    public Optional<IndexBits> support() {
        return Optional.empty();
    }

    @Override
    public void read(long from, int count, float[] into) {
        Arrays.fill(into, 0, count, 0);
        for (int tile = 0; tile < columns; tile += TILE) {
            addTile(from, count, into, tile, Math.min(columns, tile + TILE));
        }
        for (int i = 0; i < count; i++) {
            into[i] *= scale;
        }
    }

    private void addTile(long from, int count, float[] into, int tile, int tileEnd) {
        long end = from + count;
        for (long row = from / columns; row * columns < end; row++) {
            long start = row * columns;
            int first = (int) Math.max(tile, from - start);
            int last = (int) Math.min(tileEnd, end - start);
            for (int k = 0; k < rank; k++) {
                float factor = left[(int) (row * rank) + k];
                addScaled(factor, right, k * columns + first, into, (int) (start + first - from), last - first);
            }
        }
    }

    private static void addScaled(float factor, float[] x, int xFrom, float[] y, int yFrom, int count) {
        for (int i = 0; i < count; i++) {
            y[yFrom + i] = Math.fma(factor, x[xFrom + i], y[yFrom + i]);
        }
    }
}
