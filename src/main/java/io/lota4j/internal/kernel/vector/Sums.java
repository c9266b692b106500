package io.lota4j.internal.kernel.vector;

import static io.lota4j.internal.kernel.vector.NativeMemory.ALL;
import static io.lota4j.internal.kernel.vector.NativeMemory.ORDER;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/// Sums of squares in F64.
final class Sums {
    private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Double> DOUBLES = DoubleVector.SPECIES_PREFERRED;

    private Sums() {}

    /// The chunks' sums are added in their order, whoever computed them.
    static double squares(long values, long count) {
        double[] sums = new double[Chunks.number(count)];
        Chunks.each(
                count, (from, to) -> sums[Math.toIntExact(from / Chunks.SIZE)] = chunk(values + 4 * from, to - from));
        double sum = 0;
        for (double part : sums) {
            sum += part;
        }
        return sum;
    }

    private static double chunk(long values, long count) {
        DoubleVector sum0 = DoubleVector.zero(DOUBLES);
        DoubleVector sum1 = sum0;
        DoubleVector sum2 = sum0;
        DoubleVector sum3 = sum0;
        long e = 0;
        for (; e + 2 * FLOATS.length() <= count; e += 2 * FLOATS.length()) {
            FloatVector a = FloatVector.fromMemorySegment(FLOATS, ALL, values + 4 * e, ORDER);
            FloatVector b = FloatVector.fromMemorySegment(FLOATS, ALL, values + 4 * (e + FLOATS.length()), ORDER);
            DoubleVector a0 = half(a, 0);
            DoubleVector a1 = half(a, 1);
            DoubleVector b0 = half(b, 0);
            DoubleVector b1 = half(b, 1);
            sum0 = a0.fma(a0, sum0);
            sum1 = a1.fma(a1, sum1);
            sum2 = b0.fma(b0, sum2);
            sum3 = b1.fma(b1, sum3);
        }
        double sum = 0;
        // In one order, as in LaneSum.
        for (double lane : sum0.add(sum1).add(sum2.add(sum3)).toArray()) {
            sum += lane;
        }
        for (; e < count; e++) {
            double value = NativeMemory.getFloat(values + 4 * e);
            sum += value * value;
        }
        return sum;
    }

    private static DoubleVector half(FloatVector floats, int part) {
        return (DoubleVector) floats.convertShape(VectorOperators.F2D, DOUBLES, part);
    }
}
