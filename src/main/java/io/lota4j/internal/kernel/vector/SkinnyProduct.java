package io.lota4j.internal.kernel.vector;

import static io.lota4j.internal.kernel.vector.NativeMemory.ALL;
import static io.lota4j.internal.kernel.vector.NativeMemory.ORDER;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/// The product of few rows of activations with some rows of a matrix, whose cost is reading the matrix:
/// `y[r * stride + o]` becomes the sum over i of `x[r, i] * matrix[o, i]`.
///
/// A matrix's row goes with eight rows of activations at a time, two of its rows with four, four with one; such rows
/// are
/// far apart, for a processor reads ahead where it is read on for long. Every sum is
/// made the same way in each of these: lanes hold features, then halves of the lanes are added until one is left, then
/// what is left of whole vectors, and so for each chunk of features.
///
/// @param matrix its address
/// @param bf16 whether it is BF16, else F32
/// @param x rows of `columns` values
/// @param rows how many
/// @param stride between two rows of `y`
/// @param lanes of [#ROOM] values, written over
@SuppressWarnings("ArrayRecordComponent") // made for one call
record SkinnyProduct(
        long matrix, boolean bf16, int columns, AlignedRows x, int rows, float[] y, int stride, float[] lanes) {
    private static final VectorSpecies<Float> LANES = Dot.LANES;
    private static final int COUNT = LANES.length();
    private static final VectorSpecies<Integer> INTS = VectorSpecies.of(int.class, LANES.vectorShape());
    private static final VectorSpecies<Short> HALF =
            VectorSpecies.of(short.class, VectorShape.forBitSize(LANES.vectorBitSize() / 2));

    /// Sums that are made at once, at most.
    private static final int SUMS = 8;

    static final int ROOM = SUMS * COUNT;

    /// Features at once, at most: with eight rows of activations these stay in a first cache of 32 KiB.
    private static final int CHUNK = 768;

    /// Bytes of the matrix at once: a second cache keeps them until all rows of activations have met them.
    private static final int BLOCK = 1 << 17;

    /// The matrix's rows `from … to - 1`.
    void run(int from, int to) {
        int chunks = Math.ceilDiv(columns, CHUNK);
        int chunk = Math.ceilDiv(Math.ceilDiv(columns, chunks), COUNT) * COUNT;
        int blockRows = Math.max(32, Math.toIntExact(BLOCK / (step() * columns)));
        for (int block = from; block < to; block += blockRows) {
            int end = Math.min(to, block + blockRows);
            for (int first = 0; first < columns; first += chunk) {
                block(block, end, first, Math.min(chunk, columns - first));
            }
        }
    }

    /// @param first feature of a chunk
    /// @param length features of it
    private void block(int from, int to, int first, int length) {
        int whole = length - length % COUNT;
        for (int r = 0; r < rows; r += 8) {
            int some = Math.min(8, rows - r);
            int x0 = x(r, first);
            if (some > 4) {
                for (int o = from; o < to; o++) {
                    eight(bf16, at(o, first), whole, x.values(), x0, x.stride(), some, lanes);
                    finish(o, 1, 0, r, 8, some, first, whole, length);
                }
            } else if (some > 1) {
                int half = (to - from) / 2;
                for (int o = from; o < from + half; o++) {
                    twoByFour(bf16, at(o, first), at(o + half, first), whole, x.values(), x0, x.stride(), some, lanes);
                    finish(o, 2, half, r, 4, some, first, whole, length);
                }
                singles(from + 2 * half, to, r, r + some, first, whole, length);
            } else {
                int quarter = (to - from) / 4;
                for (int o = from; o < from + quarter; o++) {
                    four(bf16, at(o, first), step() * columns * quarter, whole, x.values(), x0, lanes);
                    finish(o, 4, quarter, r, 1, 1, first, whole, length);
                }
                singles(from + 4 * quarter, to, r, r + 1, first, whole, length);
            }
        }
    }

    private void singles(int from, int to, int r, int end, int first, int whole, int length) {
        for (int o = from; o < to; o++) {
            for (int row = r; row < end; row++) {
                one(bf16, at(o, first), whole, x.values(), x(row, first), lanes);
                finish(o, 1, 0, row, 1, 1, first, whole, length);
            }
        }
    }

    private long step() {
        return bf16 ? Short.BYTES : Float.BYTES;
    }

    private int x(int row, int feature) {
        return x.start() + row * x.stride() + feature;
    }

    private long at(int row, int feature) {
        return matrix + step() * ((long) row * columns + feature);
    }

    /// Puts sums in their places: of `outs` rows of the matrix, `between` apart, from `o` on, each with `some` rows of
    /// activations, of whose sums there is room for `room`.
    private void finish(int o, int outs, int between, int r, int room, int some, int first, int whole, int length) {
        addLanes(lanes, outs * room);
        for (int of = 0; of < outs; of++) {
            int out = o + of * between;
            for (int n = 0; n < some; n++) {
                float sum = lanes[of * room + n];
                for (int i = first + whole; i < first + length; i++) {
                    sum = Math.fma(value(at(out, i)), x.values()[x(r + n, i)], sum);
                }
                int to = (r + n) * stride + out;
                y[to] = first > 0 ? y[to] + sum : sum;
            }
        }
    }

    private float value(long address) {
        return bf16 ? Float.intBitsToFloat(ALL.get(NativeMemory.SHORT, address) << 16) : NativeMemory.getFloat(address);
    }

    private static FloatVector load(boolean bf16, long row, int i) {
        return bf16
                ? ((IntVector) ShortVector.fromMemorySegment(HALF, ALL, row + 2L * i, ORDER)
                                .convertShape(VectorOperators.S2I, INTS, 0))
                        .lanewise(VectorOperators.LSHL, 16)
                        .reinterpretAsFloats()
                : FloatVector.fromMemorySegment(LANES, ALL, row + 4L * i, ORDER);
    }

    private static FloatVector load(float[] x, int at) {
        return FloatVector.fromArray(LANES, x, at);
    }

    /// @param some rows of activations, 5 to 8: the last is taken for those that are not there
    private static void eight(
            boolean bf16, long row, int whole, float[] x, int x0, int stride, int some, float[] lanes) {
        int x1 = x0 + stride;
        int x2 = x1 + stride;
        int x3 = x2 + stride;
        int x4 = x3 + stride;
        int x5 = some > 5 ? x4 + stride : x4;
        int x6 = some > 6 ? x5 + stride : x5;
        int x7 = some > 7 ? x6 + stride : x6;
        FloatVector s0 = FloatVector.zero(LANES);
        FloatVector s1 = s0;
        FloatVector s2 = s0;
        FloatVector s3 = s0;
        FloatVector s4 = s0;
        FloatVector s5 = s0;
        FloatVector s6 = s0;
        FloatVector s7 = s0;
        for (int i = 0; i < whole; i += COUNT) {
            FloatVector w = load(bf16, row, i);
            s0 = w.fma(load(x, x0 + i), s0);
            s1 = w.fma(load(x, x1 + i), s1);
            s2 = w.fma(load(x, x2 + i), s2);
            s3 = w.fma(load(x, x3 + i), s3);
            s4 = w.fma(load(x, x4 + i), s4);
            s5 = w.fma(load(x, x5 + i), s5);
            s6 = w.fma(load(x, x6 + i), s6);
            s7 = w.fma(load(x, x7 + i), s7);
        }
        s0.intoArray(lanes, 0);
        s1.intoArray(lanes, COUNT);
        s2.intoArray(lanes, 2 * COUNT);
        s3.intoArray(lanes, 3 * COUNT);
        s4.intoArray(lanes, 4 * COUNT);
        s5.intoArray(lanes, 5 * COUNT);
        s6.intoArray(lanes, 6 * COUNT);
        s7.intoArray(lanes, 7 * COUNT);
    }

    /// @param some rows of activations, 2 to 4: the last is taken for those that are not there
    private static void twoByFour(
            boolean bf16, long row0, long row1, int whole, float[] x, int x0, int stride, int some, float[] lanes) {
        int x1 = x0 + stride;
        int x2 = some > 2 ? x1 + stride : x1;
        int x3 = some > 3 ? x2 + stride : x2;
        FloatVector s0 = FloatVector.zero(LANES);
        FloatVector s1 = s0;
        FloatVector s2 = s0;
        FloatVector s3 = s0;
        FloatVector s4 = s0;
        FloatVector s5 = s0;
        FloatVector s6 = s0;
        FloatVector s7 = s0;
        for (int i = 0; i < whole; i += COUNT) {
            FloatVector w0 = load(bf16, row0, i);
            FloatVector w1 = load(bf16, row1, i);
            FloatVector v = load(x, x0 + i);
            s0 = w0.fma(v, s0);
            s4 = w1.fma(v, s4);
            v = load(x, x1 + i);
            s1 = w0.fma(v, s1);
            s5 = w1.fma(v, s5);
            v = load(x, x2 + i);
            s2 = w0.fma(v, s2);
            s6 = w1.fma(v, s6);
            v = load(x, x3 + i);
            s3 = w0.fma(v, s3);
            s7 = w1.fma(v, s7);
        }
        s0.intoArray(lanes, 0);
        s1.intoArray(lanes, COUNT);
        s2.intoArray(lanes, 2 * COUNT);
        s3.intoArray(lanes, 3 * COUNT);
        s4.intoArray(lanes, 4 * COUNT);
        s5.intoArray(lanes, 5 * COUNT);
        s6.intoArray(lanes, 6 * COUNT);
        s7.intoArray(lanes, 7 * COUNT);
    }

    /// @param between two rows of the matrix, in bytes
    private static void four(boolean bf16, long row0, long between, int whole, float[] x, int x0, float[] lanes) {
        long row1 = row0 + between;
        long row2 = row1 + between;
        long row3 = row2 + between;
        FloatVector s0 = FloatVector.zero(LANES);
        FloatVector s1 = s0;
        FloatVector s2 = s0;
        FloatVector s3 = s0;
        for (int i = 0; i < whole; i += COUNT) {
            FloatVector v = load(x, x0 + i);
            s0 = load(bf16, row0, i).fma(v, s0);
            s1 = load(bf16, row1, i).fma(v, s1);
            s2 = load(bf16, row2, i).fma(v, s2);
            s3 = load(bf16, row3, i).fma(v, s3);
        }
        s0.intoArray(lanes, 0);
        s1.intoArray(lanes, COUNT);
        s2.intoArray(lanes, 2 * COUNT);
        s3.intoArray(lanes, 3 * COUNT);
    }

    private static void one(boolean bf16, long row, int whole, float[] x, int x0, float[] lanes) {
        FloatVector s = FloatVector.zero(LANES);
        for (int i = 0; i < whole; i += COUNT) {
            s = load(bf16, row, i).fma(load(x, x0 + i), s);
        }
        s.intoArray(lanes, 0);
    }

    /// Adds the lanes of `count` vectors: halves are added until one lane is left, at the vector's number then. Lanes
    /// are not rearranged for it: that takes so much of the compiler's budget that it leaves the loops above half
    /// compiled.
    private static void addLanes(float[] lanes, int count) {
        if (COUNT > 8) {
            for (int n = 0; n < count; n++) {
                FloatVector.fromArray(FloatVector.SPECIES_256, lanes, 16 * n)
                        .add(FloatVector.fromArray(FloatVector.SPECIES_256, lanes, 16 * n + 8))
                        .intoArray(lanes, 8 * n);
            }
        }
        if (COUNT > 4) {
            for (int n = 0; n < count; n++) {
                FloatVector.fromArray(FloatVector.SPECIES_128, lanes, 8 * n)
                        .add(FloatVector.fromArray(FloatVector.SPECIES_128, lanes, 8 * n + 4))
                        .intoArray(lanes, 4 * n);
            }
        }
        for (int n = 0; n < count; n++) {
            int at = 4 * n;
            lanes[n] = (lanes[at] + lanes[at + 2]) + (lanes[at + 1] + lanes[at + 3]);
        }
    }
}
