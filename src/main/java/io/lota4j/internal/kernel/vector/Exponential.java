package io.lota4j.internal.kernel.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/// The exponential function and what is made of it, in operations that have the same bits on every machine:
/// [VectorOperators#EXP] has not.
///
/// `exp(x) = 2^n * exp(r)` with n the whole number next to `x / ln 2`, and `r = x - n ln 2` within half of `ln 2`,
/// where
/// the polynomial of Cephes' `expf` is right to 2e-7 of the value (Moshier).
final class Exponential {
    private static final VectorSpecies<Float> LANES = Dot.LANES;

    /// Between these the result is finite and normal; beyond them it is that of the bound.
    private static final float LEAST = -87.3f;

    private static final float MOST = 88.3f;

    /// Added to a float it leaves the nearest whole number in the lowest bits.
    private static final float ROUND = 3 << 22;

    private static final float LOG2_E = 1.442695f;
    private static final float LN2_HIGH = 0.6933594f;
    private static final float LN2_LOW = -2.1219444e-4f;

    private Exponential() {}

    static FloatVector exp(FloatVector x) {
        FloatVector in = x.max(LEAST).min(MOST);
        FloatVector shifted = in.fma(FloatVector.broadcast(LANES, LOG2_E), FloatVector.broadcast(LANES, ROUND));
        FloatVector n = shifted.sub(ROUND);
        FloatVector r =
                n.fma(FloatVector.broadcast(LANES, -LN2_LOW), n.fma(FloatVector.broadcast(LANES, -LN2_HIGH), in));
        FloatVector p = FloatVector.broadcast(LANES, 1.9875691e-4f);
        p = p.fma(r, FloatVector.broadcast(LANES, 0.0013981999f));
        p = p.fma(r, FloatVector.broadcast(LANES, 0.008333452f));
        p = p.fma(r, FloatVector.broadcast(LANES, 0.041665796f));
        p = p.fma(r, FloatVector.broadcast(LANES, 0.16666666f));
        p = p.fma(r, FloatVector.broadcast(LANES, 0.5f));
        p = p.fma(r.mul(r), r).add(1f);
        IntVector power = shifted.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23);
        return p.reinterpretAsInts().add(power).reinterpretAsFloats();
    }

    /// Right to 2e-7, not to that share of a small value.
    static FloatVector tanh(FloatVector x) {
        FloatVector one = FloatVector.broadcast(LANES, 1f);
        return one.sub(one.add(one).div(exp(x.add(x)).add(one)));
    }
}
