package io.lota4j.merge.method;

import io.lota4j.merge.Piece;

/// What decides which deltas of a tensor are among a model's largest: those over a magnitude and, of those
/// equal to it, the ones that come first.
///
/// @param magnitude bits of the least magnitude that is chosen; see [#magnitude(float)]
/// @param lastEqual flat index up to which those equal to it are chosen
record Cut(int magnitude, long lastEqual) {
    /// After every index.
    static final long LAST = Long.MAX_VALUE - 1;

    /// Chooses all.
    static final Cut ALL = new Cut(0, LAST);

    /// Chooses none.
    static final Cut NONE = new Cut(Integer.MAX_VALUE, -1);

    /// A float's magnitude as an int that is ordered as the magnitudes are; not negative.
    static int magnitude(float value) {
        return Float.floatToRawIntBits(value) & Integer.MAX_VALUE;
    }

    /// Copies what is chosen, with zeros for the rest.
    ///
    /// @param by what is chosen by, for each of the piece's elements
    void keep(Piece piece, float[] by, float[] values, float[] kept) {
        int end = piece.before(lastEqual + 1);
        keepOver(magnitude - 1, by, values, kept, 0, end);
        keepOver(magnitude, by, values, kept, end, piece.size());
    }

    /// Makes what is chosen zero.
    ///
    /// @param by what is chosen by, for each of the piece's elements
    void drop(Piece piece, float[] by, float[] values) {
        int end = piece.before(lastEqual + 1);
        dropOver(magnitude - 1, by, values, 0, end);
        dropOver(magnitude, by, values, end, piece.size());
    }

    private static void keepOver(int bound, float[] by, float[] values, float[] kept, int from, int to) {
        for (int i = from; i < to; i++) {
            kept[i] = masked(over(bound, by[i]), values[i]);
        }
    }

    private static void dropOver(int bound, float[] by, float[] values, int from, int to) {
        for (int i = from; i < to; i++) {
            values[i] = masked(~over(bound, by[i]), values[i]);
        }
    }

    /// All ones where a magnitude is over a bound of at least -1, otherwise zero.
    private static int over(int bound, float value) {
        return (bound - magnitude(value)) >> (Integer.SIZE - 1);
    }

    /// A value where the mask is all ones, 0 where it is zero: which of them is hard to predict, so a branch
    /// would cost more.
    static float masked(int mask, float value) {
        return Float.intBitsToFloat(Float.floatToRawIntBits(value) & mask);
    }
}
