package io.lota4j.merge.method;

import io.lota4j.merge.Piece;

/// A sum in F64, in an order that depends on the elements' places alone: eight partial sums, whose additions do
/// not wait for each other. What is zero changes nothing, so that sparse pieces give the sum of dense ones.
final class Lanes {
    private static final int MASK = 7;

    private final double[] sums = new double[MASK + 1];

    void addMagnitudes(Piece piece, float[] values) {
        int[] offsets = piece.offsets();
        for (int i = 0; i < piece.size(); i++) {
            sums[offsets[i] & MASK] += Math.abs(values[i]);
        }
    }

    void addProducts(Piece piece, float[] a, float[] b) {
        int[] offsets = piece.offsets();
        for (int i = 0; i < piece.size(); i++) {
            sums[offsets[i] & MASK] += (double) a[i] * b[i];
        }
    }

    void add(Lanes next) {
        for (int lane = 0; lane < sums.length; lane++) {
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
