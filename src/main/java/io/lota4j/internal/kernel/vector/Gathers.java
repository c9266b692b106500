package io.lota4j.internal.kernel.vector;

import static io.lota4j.internal.kernel.vector.NativeMemory.ALL;
import static io.lota4j.internal.kernel.vector.NativeMemory.ORDER;
import static io.lota4j.internal.kernel.vector.NativeMemory.getFloat;
import static io.lota4j.internal.kernel.vector.NativeMemory.getInt;
import static io.lota4j.internal.kernel.vector.NativeMemory.setFloat;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/// F32 values from where an index points. The Vector API gathers from Java arrays only, so loads are one by one.
final class Gathers {
    private static final VectorSpecies<Float> LANES = FloatVector.SPECIES_PREFERRED;

    private Gathers() {}

    /// Copies `count` values.
    ///
    /// @param index addresses of the indices, I32
    static void gather(long dense, long index, long count, long values) {
        for (long e = 0; e < count; e++) {
            setFloat(values + 4 * e, getFloat(dense + 4L * getInt(index + 4 * e)));
        }
    }

    /// Adds `count` values to `sums`.
    static void gatherAdd(long dense, long index, long count, long sums) {
        for (long e = 0; e < count; e++) {
            long at = sums + 4 * e;
            setFloat(at, getFloat(at) + getFloat(dense + 4L * getInt(index + 4 * e)));
        }
    }

    static void copy(long values, long count, long to) {
        MemorySegment.copy(ALL, values, ALL, to, 4 * count);
    }

    /// Adds `count` values to as many sums.
    static void add(long values, long count, long sums) {
        long e = 0;
        for (; e + LANES.length() <= count; e += LANES.length()) {
            FloatVector.fromMemorySegment(LANES, ALL, sums + 4 * e, ORDER)
                    .add(FloatVector.fromMemorySegment(LANES, ALL, values + 4 * e, ORDER))
                    .intoMemorySegment(ALL, sums + 4 * e, ORDER);
        }
        for (; e < count; e++) {
            setFloat(sums + 4 * e, getFloat(sums + 4 * e) + getFloat(values + 4 * e));
        }
    }

    /// Stores `count` sums, or adds them to what is there.
    static void put(float[] sums, int count, long to, boolean add) {
        int e = 0;
        for (; e + LANES.length() <= count; e += LANES.length()) {
            FloatVector sum = FloatVector.fromArray(LANES, sums, e);
            if (add) {
                sum = FloatVector.fromMemorySegment(LANES, ALL, to + 4L * e, ORDER)
                        .add(sum);
            }
            sum.intoMemorySegment(ALL, to + 4L * e, ORDER);
        }
        for (; e < count; e++) {
            setFloat(to + 4L * e, add ? getFloat(to + 4L * e) + sums[e] : sums[e]);
        }
    }
}
