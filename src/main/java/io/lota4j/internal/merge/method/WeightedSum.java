package io.lota4j.internal.merge.method;

import io.lota4j.LotaException;
import io.lota4j.internal.Text;
import io.lota4j.internal.merge.Piece;
import io.lota4j.internal.merge.Settings;
import java.util.Arrays;

/// Sums over the models, in their order and rounded to F32 after each step, as PyTorch computes them.
final class WeightedSum {
    private WeightedSum() {}

    /// The models' weights as F32.
    static float[] weights(Settings settings) {
        float[] weights = new float[settings.modelValues().size()];
        for (int m = 0; m < weights.length; m++) {
            weights[m] = (float) settings.number("weight", m);
        }
        return weights;
    }

    static float sum(float[] weights) {
        float sum = 0;
        for (float weight : weights) {
            sum += weight;
        }
        return sum;
    }

    /// The sum of weights that are to be divided by it.
    ///
    /// @throws LotaException when it is 0
    static float requireSum(String method, float[] weights) {
        float sum = sum(weights);
        if (sum == 0) {
            throw new LotaException(Text.format(
                    "The weights of '%s' add to 0, and they are to be divided by their sum; use others, "
                            + "or do not normalize.",
                    method));
        }
        return sum;
    }

    /// sum_i w_i d_i of what is kept of the deltas.
    static void into(float[] merged, Piece piece, Trim.Kept kept, float[] weights) {
        Arrays.fill(merged, 0, piece.size(), 0);
        for (int m = 0; m < weights.length; m++) {
            add(merged, kept.of(piece, m), weights[m], piece.size());
        }
    }

    private static void add(float[] merged, float[] operand, float weight, int count) {
        for (int i = 0; i < count; i++) {
            merged[i] += weight * operand[i];
        }
    }

    static void divide(float[] merged, float divisor, int count) {
        if (divisor == 1) {
            return;
        }
        for (int i = 0; i < count; i++) {
            merged[i] /= divisor;
        }
    }

    static void multiply(float[] merged, float factor, int count) {
        if (factor == 1) {
            return;
        }
        for (int i = 0; i < count; i++) {
            merged[i] *= factor;
        }
    }
}
