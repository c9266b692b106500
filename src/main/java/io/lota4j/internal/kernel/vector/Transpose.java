package io.lota4j.internal.kernel.vector;

import static io.lota4j.internal.kernel.vector.NativeMemory.ALL;
import static io.lota4j.internal.kernel.vector.NativeMemory.ORDER;

import java.lang.foreign.Arena;
import java.util.Arrays;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/// `[tokens, features]` to `[features, length]`.
final class Transpose {
    /// The side of the tiles that are turned in registers.
    private static final int SIDE = 8;

    private static final VectorSpecies<Integer> LANES = IntVector.SPECIES_256;
    private static final boolean WIDE = IntVector.SPECIES_PREFERRED.length() >= SIDE;
    private static final long ZEROS =
            Arena.global().allocate(Scratch.LINE, Scratch.LINE).address();

    private static final IntVector LOW1 = low(1);
    private static final IntVector HIGH1 = high(1);
    private static final IntVector LOW2 = low(2);
    private static final IntVector HIGH2 = high(2);
    private static final IntVector LOW4 = low(4);
    private static final IntVector HIGH4 = high(4);

    private Transpose() {}

    /// @param stride from token to token, bytes
    /// @param tokens up to `length`; the rest becomes zero
    /// @param length whole tiles
    static void run(long from, long stride, int tokens, int features, int length, float[] to) {
        int f = 0;
        if (WIDE) {
            for (; f + SIDE <= features; f += SIDE) {
                for (int t = 0; t < length; t += SIDE) {
                    tile(from + 4L * f, stride, t, tokens, length, to, f * length + t);
                }
            }
        }
        for (; f < features; f++) {
            one(from + 4L * f, stride, tokens, to, f * length);
            Arrays.fill(to, f * length + tokens, (f + 1) * length, 0);
        }
    }

    /// Copies one feature.
    static void one(long from, long stride, int tokens, float[] to, int at) {
        for (int t = 0; t < tokens; t++) {
            to[at + t] = NativeMemory.getFloat(from + t * stride);
        }
    }

    private static void tile(long from, long stride, int t, int tokens, int length, float[] to, int at) {
        IntVector a = load(from, stride, t, tokens);
        IntVector b = load(from, stride, t + 1, tokens);
        IntVector c = load(from, stride, t + 2, tokens);
        IntVector d = load(from, stride, t + 3, tokens);
        IntVector e = load(from, stride, t + 4, tokens);
        IntVector f = load(from, stride, t + 5, tokens);
        IntVector g = load(from, stride, t + 6, tokens);
        IntVector h = load(from, stride, t + 7, tokens);

        IntVector ab0 = LOW1.selectFrom(a, b);
        IntVector ab1 = HIGH1.selectFrom(a, b);
        IntVector cd0 = LOW1.selectFrom(c, d);
        IntVector cd1 = HIGH1.selectFrom(c, d);
        IntVector ef0 = LOW1.selectFrom(e, f);
        IntVector ef1 = HIGH1.selectFrom(e, f);
        IntVector gh0 = LOW1.selectFrom(g, h);
        IntVector gh1 = HIGH1.selectFrom(g, h);

        IntVector ad0 = LOW2.selectFrom(ab0, cd0);
        IntVector ad2 = HIGH2.selectFrom(ab0, cd0);
        IntVector ad1 = LOW2.selectFrom(ab1, cd1);
        IntVector ad3 = HIGH2.selectFrom(ab1, cd1);
        IntVector eh0 = LOW2.selectFrom(ef0, gh0);
        IntVector eh2 = HIGH2.selectFrom(ef0, gh0);
        IntVector eh1 = LOW2.selectFrom(ef1, gh1);
        IntVector eh3 = HIGH2.selectFrom(ef1, gh1);

        store(LOW4.selectFrom(ad0, eh0), to, at);
        store(LOW4.selectFrom(ad1, eh1), to, at + length);
        store(LOW4.selectFrom(ad2, eh2), to, at + 2 * length);
        store(LOW4.selectFrom(ad3, eh3), to, at + 3 * length);
        store(HIGH4.selectFrom(ad0, eh0), to, at + 4 * length);
        store(HIGH4.selectFrom(ad1, eh1), to, at + 5 * length);
        store(HIGH4.selectFrom(ad2, eh2), to, at + 6 * length);
        store(HIGH4.selectFrom(ad3, eh3), to, at + 7 * length);
    }

    private static IntVector load(long from, long stride, int t, int tokens) {
        return IntVector.fromMemorySegment(LANES, ALL, t < tokens ? from + t * stride : ZEROS, ORDER);
    }

    private static void store(IntVector lanes, float[] to, int at) {
        lanes.reinterpretAsFloats().intoArray(to, at);
    }

    /// Picks from `a` where bit `d` of the lane is clear, and there from `b` what lies `d` lanes before.
    private static IntVector low(int d) {
        int[] lanes = new int[SIDE];
        for (int l = 0; l < SIDE; l++) {
            lanes[l] = (l & d) == 0 ? l : l - d + SIDE;
        }
        return IntVector.fromArray(LANES, lanes, 0);
    }

    /// The other half of what [#low] picks.
    private static IntVector high(int d) {
        int[] lanes = new int[SIDE];
        for (int l = 0; l < SIDE; l++) {
            lanes[l] = (l & d) == 0 ? l + d : l + SIDE;
        }
        return IntVector.fromArray(LANES, lanes, 0);
    }
}
