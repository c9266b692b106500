package io.lota4j.merge.method;

import io.lota4j.LotaException;
import io.lota4j.merge.Piece;
import io.lota4j.merge.TensorMerge;
import io.lota4j.merge.TensorPieces;

/// A sum of the models with factors that hold for the whole tensor, rounded once.
///
/// @param factors by model
@SuppressWarnings("ArrayRecordComponent") // Made once for a tensor and never compared.
record Combination(double[] factors) implements TensorMerge {
    /// @throws LotaException when a factor is NaN or infinite
    static Combination of(TensorPieces tensor, double[] factors) {
        for (double factor : factors) {
            if (!Double.isFinite(factor)) {
                throw new LotaException(
                        "tensor `%s`: its models point in opposite directions, so that there is no mean."
                                .formatted(tensor.task().name()));
            }
        }
        return new Combination(factors);
    }

    @Override
    public void merge(Piece piece, float[] merged) {
        for (int i = 0; i < piece.size(); i++) {
            double sum = 0;
            for (int m = 0; m < factors.length; m++) {
                sum += factors[m] * piece.operand(m)[i];
            }
            merged[i] = (float) sum;
        }
    }
}
