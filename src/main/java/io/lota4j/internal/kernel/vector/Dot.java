package io.lota4j.internal.kernel.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/// Dot products of one row of output gradients with the input columns of its entries, over one block of tokens.
///
/// Several entries share the loads of the row and keep as many sums going. Lanes hold tokens. All lies in Java
/// arrays: with native segments the compiler runs out of its budget for inlining, and the loops at half the speed.
final class Dot {
    static final VectorSpecies<Float> LANES =
            FloatVector.SPECIES_PREFERRED.length() > 16 ? FloatVector.SPECIES_512 : FloatVector.SPECIES_PREFERRED;

    private Dot() {}

    /// @param dy the row, from `row` on: `length` tokens, whole vectors
    /// @param columns where in `x` the column of each entry begins
    /// @param sums receives a sum for each of `count` entries
    static void row(float[] dy, int row, float[] x, int length, int[] columns, int count, float[] sums) {
        int e = 0;
        for (; e + 8 <= count; e += 8) {
            eight(dy, row, x, length, columns, e, sums);
        }
        if (e + 4 <= count) {
            four(dy, row, x, length, columns, e, sums);
            e += 4;
        }
        for (; e < count; e++) {
            one(dy, row, x, length, columns, e, sums);
        }
    }

    private static void eight(float[] dy, int row, float[] x, int length, int[] columns, int e, float[] sums) {
        int x0 = columns[e];
        int x1 = columns[e + 1];
        int x2 = columns[e + 2];
        int x3 = columns[e + 3];
        int x4 = columns[e + 4];
        int x5 = columns[e + 5];
        int x6 = columns[e + 6];
        int x7 = columns[e + 7];
        FloatVector s0 = FloatVector.zero(LANES);
        FloatVector s1 = s0;
        FloatVector s2 = s0;
        FloatVector s3 = s0;
        FloatVector s4 = s0;
        FloatVector s5 = s0;
        FloatVector s6 = s0;
        FloatVector s7 = s0;
        for (int at = 0; at < length; at += LANES.length()) {
            FloatVector d = FloatVector.fromArray(LANES, dy, row + at);
            s0 = FloatVector.fromArray(LANES, x, x0 + at).fma(d, s0);
            s1 = FloatVector.fromArray(LANES, x, x1 + at).fma(d, s1);
            s2 = FloatVector.fromArray(LANES, x, x2 + at).fma(d, s2);
            s3 = FloatVector.fromArray(LANES, x, x3 + at).fma(d, s3);
            s4 = FloatVector.fromArray(LANES, x, x4 + at).fma(d, s4);
            s5 = FloatVector.fromArray(LANES, x, x5 + at).fma(d, s5);
            s6 = FloatVector.fromArray(LANES, x, x6 + at).fma(d, s6);
            s7 = FloatVector.fromArray(LANES, x, x7 + at).fma(d, s7);
        }
        sums[e] = LaneSum.of(s0);
        sums[e + 1] = LaneSum.of(s1);
        sums[e + 2] = LaneSum.of(s2);
        sums[e + 3] = LaneSum.of(s3);
        sums[e + 4] = LaneSum.of(s4);
        sums[e + 5] = LaneSum.of(s5);
        sums[e + 6] = LaneSum.of(s6);
        sums[e + 7] = LaneSum.of(s7);
    }

    private static void four(float[] dy, int row, float[] x, int length, int[] columns, int e, float[] sums) {
        int x0 = columns[e];
        int x1 = columns[e + 1];
        int x2 = columns[e + 2];
        int x3 = columns[e + 3];
        FloatVector s0 = FloatVector.zero(LANES);
        FloatVector s1 = s0;
        FloatVector s2 = s0;
        FloatVector s3 = s0;
        for (int at = 0; at < length; at += LANES.length()) {
            FloatVector d = FloatVector.fromArray(LANES, dy, row + at);
            s0 = FloatVector.fromArray(LANES, x, x0 + at).fma(d, s0);
            s1 = FloatVector.fromArray(LANES, x, x1 + at).fma(d, s1);
            s2 = FloatVector.fromArray(LANES, x, x2 + at).fma(d, s2);
            s3 = FloatVector.fromArray(LANES, x, x3 + at).fma(d, s3);
        }
        sums[e] = LaneSum.of(s0);
        sums[e + 1] = LaneSum.of(s1);
        sums[e + 2] = LaneSum.of(s2);
        sums[e + 3] = LaneSum.of(s3);
    }

    private static void one(float[] dy, int row, float[] x, int length, int[] columns, int e, float[] sums) {
        int column = columns[e];
        FloatVector s = FloatVector.zero(LANES);
        for (int at = 0; at < length; at += LANES.length()) {
            s = FloatVector.fromArray(LANES, x, column + at).fma(FloatVector.fromArray(LANES, dy, row + at), s);
        }
        sums[e] = LaneSum.of(s);
    }
}
