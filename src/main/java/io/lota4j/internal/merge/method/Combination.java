package io.lota4j.internal.merge.method;

import io.lota4j.LotaException;
import io.lota4j.internal.Text;
import io.lota4j.internal.merge.Piece;
import io.lota4j.internal.merge.TensorMerge;
import io.lota4j.internal.merge.TensorPieces;
import java.util.Arrays;

/// A sum of the models with factors that hold for the whole tensor, rounded once.
///
/// @param factors by model
@SuppressWarnings("ArrayRecordComponent") // Made once for a tensor and never compared.
record Combination(double[] factors) implements TensorMerge {
    /// Elements that are summed at a time.
    private static final int BLOCK = 1 << 10;

    /// @throws LotaException when a factor is NaN or infinite
    static Combination of(TensorPieces tensor, double[] factors) {
        for (double factor : factors) {
            if (!Double.isFinite(factor)) {
                throw new LotaException(Text.format(
                        "Tensor '%s': its models point in opposite directions, so that there is no mean.",
                        tensor.task().name()));
            }
        }
        return new Combination(factors);
    }

    @Override
    public void merge(Piece piece, float[] merged) {
        double[] sums = new double[BLOCK];
        for (int from = 0; from < piece.size(); from += BLOCK) {
            int count = Math.min(BLOCK, piece.size() - from);
            Arrays.fill(sums, 0, count, 0);
            for (int m = 0; m < factors.length; m++) {
                add(factors[m], piece.operand(m), from, sums, count);
            }
            round(sums, merged, from, count);
        }
    }

    private static void add(double factor, float[] values, int from, double[] sums, int count) {
        for (int i = 0; i < count; i++) {
            sums[i] += factor * values[from + i];
        }
    }

    private static void round(double[] sums, float[] merged, int from, int count) {
        for (int i = 0; i < count; i++) {
            merged[from + i] = (float) sums[i];
        }
    }
}
