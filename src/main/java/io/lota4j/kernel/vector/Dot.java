package io.lota4j.kernel.vector;

import static io.lota4j.kernel.vector.Memory.ALL;
import static io.lota4j.kernel.vector.Memory.ORDER;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/// Dot products of one row of output gradients with the input columns of its entries, over one block of tokens.
///
/// Several entries share the loads of the row and keep as many sums going. Lanes hold tokens.
final class Dot {
    static final VectorSpecies<Float> LANES = FloatVector.SPECIES_PREFERRED;
    /// Bytes of a vector.
    static final int VECTOR = LANES.vectorByteSize();

    private Dot() {}

    /// @param dy the row: `vectors` whole vectors
    /// @param x the first column, as many vectors, the next column `stride` bytes further
    /// @param index the entries' flat indices, I32
    /// @param first the flat index of an entry in the first column
    /// @param out a sum for each entry is stored here, or added to what is there
    static void row(
            long dy, long x, long stride, int vectors, long index, int first, int count, long out, boolean add) {
        int e = 0;
        for (; e + 8 <= count; e += 8) {
            eight(dy, x, stride, vectors, index + 4L * e, first, out + 4L * e, add);
        }
        if (e + 4 <= count) {
            four(dy, x, stride, vectors, index + 4L * e, first, out + 4L * e, add);
            e += 4;
        }
        for (; e < count; e++) {
            one(dy, column(x, stride, index + 4L * e, first), vectors, out + 4L * e, add);
        }
    }

    private static long column(long x, long stride, long index, int first) {
        return x + (Memory.getInt(index) - first) * stride;
    }

    private static void eight(long dy, long x, long stride, int vectors, long index, int first, long out, boolean add) {
        long x0 = column(x, stride, index, first);
        long x1 = column(x, stride, index + 4, first);
        long x2 = column(x, stride, index + 8, first);
        long x3 = column(x, stride, index + 12, first);
        long x4 = column(x, stride, index + 16, first);
        long x5 = column(x, stride, index + 20, first);
        long x6 = column(x, stride, index + 24, first);
        long x7 = column(x, stride, index + 28, first);
        FloatVector s0 = FloatVector.zero(LANES);
        FloatVector s1 = s0;
        FloatVector s2 = s0;
        FloatVector s3 = s0;
        FloatVector s4 = s0;
        FloatVector s5 = s0;
        FloatVector s6 = s0;
        FloatVector s7 = s0;
        long end = (long) vectors * VECTOR;
        for (long at = 0; at < end; at += VECTOR) {
            FloatVector d = load(dy + at);
            s0 = load(x0 + at).fma(d, s0);
            s1 = load(x1 + at).fma(d, s1);
            s2 = load(x2 + at).fma(d, s2);
            s3 = load(x3 + at).fma(d, s3);
            s4 = load(x4 + at).fma(d, s4);
            s5 = load(x5 + at).fma(d, s5);
            s6 = load(x6 + at).fma(d, s6);
            s7 = load(x7 + at).fma(d, s7);
        }
        put(out, s0, add);
        put(out + 4, s1, add);
        put(out + 8, s2, add);
        put(out + 12, s3, add);
        put(out + 16, s4, add);
        put(out + 20, s5, add);
        put(out + 24, s6, add);
        put(out + 28, s7, add);
    }

    private static void four(long dy, long x, long stride, int vectors, long index, int first, long out, boolean add) {
        long x0 = column(x, stride, index, first);
        long x1 = column(x, stride, index + 4, first);
        long x2 = column(x, stride, index + 8, first);
        long x3 = column(x, stride, index + 12, first);
        FloatVector s0 = FloatVector.zero(LANES);
        FloatVector s1 = s0;
        FloatVector s2 = s0;
        FloatVector s3 = s0;
        long end = (long) vectors * VECTOR;
        for (long at = 0; at < end; at += VECTOR) {
            FloatVector d = load(dy + at);
            s0 = load(x0 + at).fma(d, s0);
            s1 = load(x1 + at).fma(d, s1);
            s2 = load(x2 + at).fma(d, s2);
            s3 = load(x3 + at).fma(d, s3);
        }
        put(out, s0, add);
        put(out + 4, s1, add);
        put(out + 8, s2, add);
        put(out + 12, s3, add);
    }

    private static void one(long dy, long x, int vectors, long out, boolean add) {
        FloatVector s = FloatVector.zero(LANES);
        long end = (long) vectors * VECTOR;
        for (long at = 0; at < end; at += VECTOR) {
            s = load(x + at).fma(load(dy + at), s);
        }
        put(out, s, add);
    }

    private static FloatVector load(long address) {
        return FloatVector.fromMemorySegment(LANES, ALL, address, ORDER);
    }

    private static void put(long out, FloatVector lanes, boolean add) {
        float sum = lanes.reduceLanes(VectorOperators.ADD);
        Memory.setFloat(out, add ? Memory.getFloat(out) + sum : sum);
    }
}
