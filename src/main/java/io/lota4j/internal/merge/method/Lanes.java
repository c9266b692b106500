package io.lota4j.internal.merge.method;

import io.lota4j.internal.merge.Piece;

/// A sum in F64, in an order that depends on the elements' places alone: partial sums, whose additions do not wait for
/// each other. What is zero changes nothing, so that sparse pieces give the sum of dense ones.
final class Lanes {
    private static final int COUNT = 1 << 8;

    private final double[] sums = new double[COUNT];

    void addMagnitudes(Piece piece, float[] values) {
        if (!piece.isDense()) {
            int[] offsets = piece.offsets();
            for (int i = 0; i < piece.size(); i++) {
                sums[offsets[i] % COUNT] += Math.abs(values[i]);
            }
            return;
        }
        for (int from = 0; from < piece.size(); from += COUNT) {
            addMagnitudes(values, from, Math.min(COUNT, piece.size() - from));
        }
    }

    private void addMagnitudes(float[] values, int from, int count) {
        for (int lane = 0; lane < count; lane++) {
            sums[lane] += Math.abs(values[from + lane]);
        }
    }

    void addProducts(Piece piece, float[] a, float[] b) {
        if (!piece.isDense()) {
            int[] offsets = piece.offsets();
            for (int i = 0; i < piece.size(); i++) {
                sums[offsets[i] % COUNT] += (double) a[i] * b[i];
            }
            return;
        }
        for (int from = 0; from < piece.size(); from += COUNT) {
            addProducts(a, b, from, Math.min(COUNT, piece.size() - from));
        }
    }

    private void addProducts(float[] a, float[] b, int from, int count) {
        for (int lane = 0; lane < count; lane++) {
            sums[lane] += (double) a[from + lane] * b[from + lane];
        }
    }

    void add(Lanes next) {
        for (int lane = 0; lane < COUNT; lane++) {
            sums[lane] += next.sums[lane];
        }
    }

    double sum() {
        double sum = 0;
        for (double lane : sums) {
            sum += lane;
        }
        return sum;
    }

    /// No sums yet.
    static Lanes[] zeros(int count) {
        Lanes[] lanes = new Lanes[count];
        for (int i = 0; i < count; i++) {
            lanes[i] = new Lanes();
        }
        return lanes;
    }

    static void addAll(Lanes[] all, Lanes[] next) {
        for (int i = 0; i < all.length; i++) {
            all[i].add(next[i]);
        }
    }
}
