package io.lota4j.internal.kernel.vector;

import static io.lota4j.internal.kernel.vector.NativeMemory.ALL;
import static io.lota4j.internal.kernel.vector.NativeMemory.ORDER;
import static io.lota4j.internal.kernel.vector.NativeMemory.getFloat;
import static io.lota4j.internal.kernel.vector.NativeMemory.getInt;
import static io.lota4j.internal.kernel.vector.NativeMemory.setFloat;
import static io.lota4j.internal.kernel.vector.NativeMemory.setShort;

import io.lota4j.checkpoint.DType;
import io.lota4j.internal.checkpoint.Floats;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/// Values to where an index points, rounded to the weight's type.
final class Scatters {
    private Scatters() {}

    /// @param index address of `count` indices
    static void scatter(DType type, long values, long index, long count, long weights) {
        switch (type) {
            case F32 -> {
                for (long e = 0; e < count; e++) {
                    setFloat(weights + 4L * getInt(index + 4 * e), getFloat(values + 4 * e));
                }
            }
            case BF16 -> {
                for (long e = 0; e < count; e++) {
                    setShort(weights + 2L * getInt(index + 4 * e), Floats.floatToBf16(getFloat(values + 4 * e)));
                }
            }
            case F16 -> {
                for (long e = 0; e < count; e++) {
                    setShort(weights + 2L * getInt(index + 4 * e), Float.floatToFloat16(getFloat(values + 4 * e)));
                }
            }
            default -> throw unknown(type);
        }
    }

    /// `count` values to as many weights side by side.
    static void all(DType type, long values, long count, long weights) {
        switch (type) {
            case F32 -> Gathers.copy(values, count, weights);
            case BF16 -> Bf16.convert(values, count, weights);
            case F16 -> {
                for (long e = 0; e < count; e++) {
                    setShort(weights + 2 * e, Float.floatToFloat16(getFloat(values + 4 * e)));
                }
            }
            default -> throw unknown(type);
        }
    }

    private static IllegalArgumentException unknown(DType type) {
        return new IllegalArgumentException("weights are F32, BF16 or F16, not " + type);
    }

    /// [Floats#floatToBf16] in vectors.
    static final class Bf16 {
        private static final VectorSpecies<Integer> LANES = IntVector.SPECIES_PREFERRED;
        private static final VectorSpecies<Short> HALF =
                VectorSpecies.of(short.class, VectorShape.forBitSize(LANES.vectorBitSize() / 2));
        private static final int INFINITY = 0x7F800000;

        private Bf16() {}

        /// Narrows `count` F32 values, side by side.
        static void convert(long values, long count, long to) {
            long e = 0;
            for (; e + LANES.length() <= count; e += LANES.length()) {
                narrow(IntVector.fromMemorySegment(LANES, ALL, values + 4 * e, ORDER))
                        .convertShape(VectorOperators.I2S, HALF, 0)
                        .reinterpretAsShorts()
                        .intoMemorySegment(ALL, to + 2 * e, ORDER);
            }
            for (; e < count; e++) {
                NativeMemory.setShort(to + 2 * e, Floats.floatToBf16(NativeMemory.getFloat(values + 4 * e)));
            }
        }

        private static IntVector narrow(IntVector bits) {
            IntVector upper = bits.lanewise(VectorOperators.LSHR, 16);
            IntVector rounded = bits.add(0x7FFF).add(upper.and(1)).lanewise(VectorOperators.LSHR, 16);
            VectorMask<Integer> nan = bits.and(Integer.MAX_VALUE).compare(VectorOperators.GT, INFINITY);
            VectorMask<Integer> hidden = upper.and(0x7F).compare(VectorOperators.EQ, 0);
            return rounded.blend(upper.blend(upper.or(0x40), hidden), nan);
        }
    }
}
