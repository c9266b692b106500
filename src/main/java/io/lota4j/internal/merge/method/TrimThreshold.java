package io.lota4j.internal.merge.method;

import io.lota4j.internal.merge.Piece;
import java.util.Arrays;

/// What decides which deltas of a tensor are among a model's largest: those over a magnitude and, of those
/// equal to it, the ones that come first.
///
/// @param magnitude bits of the least magnitude that is chosen; see [#magnitude(float)]
/// @param lastEqual flat index up to which those equal to it are chosen
record TrimThreshold(int magnitude, long lastEqual) {
    /// After every index.
    static final long LAST = Long.MAX_VALUE - 1;

    /// Chooses all.
    static final TrimThreshold ALL = new TrimThreshold(0, LAST);

    /// Chooses none.
    static final TrimThreshold NONE = new TrimThreshold(Integer.MAX_VALUE, -1);

    /// A float's magnitude as an int that is ordered as the magnitudes are; not negative.
    static int magnitude(float value) {
        return Float.floatToRawIntBits(value) & Integer.MAX_VALUE;
    }

    /// Copies what is chosen, with zeros for the rest.
    ///
    /// @param by what is chosen by, for each of the piece's elements; finite unless all or none are chosen
    void keep(Piece piece, float[] by, float[] values, float[] kept) {
        if (equals(ALL)) {
            System.arraycopy(values, 0, kept, 0, piece.size());
        } else if (equals(NONE)) {
            Arrays.fill(kept, 0, piece.size(), 0);
        } else {
            int end = piece.before(lastEqual + 1);
            keepOver(Float.intBitsToFloat(magnitude - 1), by, values, kept, 0, end);
            keepOver(Float.intBitsToFloat(magnitude), by, values, kept, end, piece.size());
        }
    }

    /// Makes what is chosen zero.
    ///
    /// @param by what is chosen by, for each of the piece's elements; finite unless all or none are chosen
    void drop(Piece piece, float[] by, float[] values) {
        if (equals(ALL)) {
            Arrays.fill(values, 0, piece.size(), 0);
        } else if (!equals(NONE)) {
            int end = piece.before(lastEqual + 1);
            keepUnder(Float.intBitsToFloat(magnitude), by, values, 0, end);
            keepUnder(Float.intBitsToFloat(magnitude + 1), by, values, end, piece.size());
        }
    }

    /// Multiplies by 1 or 0: which of them is hard to predict, so a branch would cost more, and with bits instead of
    /// numbers the compiler makes no vectors.
    private static void keepOver(float bound, float[] by, float[] values, float[] kept, int from, int to) {
        for (int i = from; i < to; i++) {
            kept[i] = values[i] * Math.max(Math.signum(Math.abs(by[i]) - bound), 0);
        }
    }

    private static void keepUnder(float bound, float[] by, float[] values, int from, int to) {
        for (int i = from; i < to; i++) {
            values[i] *= Math.max(Math.signum(bound - Math.abs(by[i])), 0);
        }
    }
}
