package io.lota4j.internal.kernel.vector;

import static io.lota4j.internal.kernel.vector.Memory.ALL;
import static io.lota4j.internal.kernel.vector.Memory.ORDER;

import io.lota4j.internal.checkpoint.Floats;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/// [Floats#floatToBf16] in vectors.
final class Bf16 {
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
            Memory.setShort(to + 2 * e, Floats.floatToBf16(Memory.getFloat(values + 4 * e)));
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
