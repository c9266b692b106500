package io.lota4j.internal.merge.method;

import io.lota4j.internal.merge.Piece;
import java.util.Arrays;

/// The sign that the models elect for each element, and the weighted sum of the deltas t_i that agree with it
/// (TIES, [arXiv 2306.01708](https://arxiv.org/abs/2306.01708)): `e = sign(sum_i a_i t_i)`,
/// `sum_(a_i t_i e > 0) v_i a_i t_i`. What is zero agrees with no sign.
///
/// @param ballots the factors a_i, by model
/// @param values the factors v_i
/// @param shares what each model that agrees adds to the divisor
/// @param byCount whether the sign is that of more models, otherwise that of the larger sum
/// @param tie what is elected where the sum is zero: 1 or -1
@SuppressWarnings("ArrayRecordComponent") // Made once for a tensor and never compared.
record Election(float[] ballots, float[] values, float[] shares, boolean byCount, float tie) {
    /// Elects and sums.
    ///
    /// @param merged gets the sums
    /// @return the sums of the shares of those that agree, in one of the piece's arrays
    float[] hold(Piece piece, Trim.Kept kept, float[] merged) {
        float[][] deltas = deltas(piece, kept);
        float[] elected = piece.scratch(deltas.length);
        float[] divisors = piece.scratch(deltas.length + 1);
        int count = piece.size();
        elect(deltas, elected, count);
        Arrays.fill(merged, 0, count, 0);
        Arrays.fill(divisors, 0, count, 0);
        for (int m = 0; m < deltas.length; m++) {
            addAgreeing(deltas[m], m, elected, merged, divisors, count);
        }
        for (int i = 0; i < count; i++) {
            // Adding 0 makes 0 of -0.
            merged[i] = elected[i] * merged[i] + 0f;
        }
        return divisors;
    }

    /// The elected signs, or `tie`, in one of the piece's arrays.
    float[] elected(Piece piece, Trim.Kept kept) {
        float[] elected = piece.scratch(ballots.length);
        elect(deltas(piece, kept), elected, piece.size());
        return elected;
    }

    private float[][] deltas(Piece piece, Trim.Kept kept) {
        float[][] deltas = new float[ballots.length][];
        for (int m = 0; m < deltas.length; m++) {
            deltas[m] = kept.of(piece, m);
        }
        return deltas;
    }

    private void elect(float[][] deltas, float[] elected, int count) {
        Arrays.fill(elected, 0, count, 0);
        for (int m = 0; m < deltas.length; m++) {
            if (byCount) {
                addSigns(deltas[m], ballots[m], elected, count);
            } else {
                addBallots(deltas[m], ballots[m], elected, count);
            }
        }
        for (int i = 0; i < count; i++) {
            float sign = Math.signum(elected[i]);
            elected[i] = sign + (1 - Math.abs(sign)) * tie;
        }
    }

    private static void addBallots(float[] deltas, float ballot, float[] sums, int count) {
        for (int i = 0; i < count; i++) {
            sums[i] += ballot * deltas[i];
        }
    }

    private static void addSigns(float[] deltas, float ballot, float[] sums, int count) {
        for (int i = 0; i < count; i++) {
            sums[i] += Math.signum(ballot * deltas[i]);
        }
    }

    /// Adds magnitudes: the elected sign is put to their sums.
    private void addAgreeing(float[] deltas, int m, float[] elected, float[] sums, float[] divisors, int count) {
        float ballot = ballots[m];
        float value = values[m];
        float share = shares[m];
        for (int i = 0; i < count; i++) {
            float agreeing = Math.max(elected[i] * (ballot * deltas[i]), 0);
            sums[i] += value * agreeing;
            divisors[i] += share * Math.signum(agreeing);
        }
    }
}
