package io.lota4j.internal.merge.method;

import io.lota4j.LotaException;
import io.lota4j.internal.Text;
import io.lota4j.internal.merge.TensorPieces;

/// What is said of NaN and infinity where something has to be known of a whole tensor.
final class NotFinite {
    private NotFinite() {}

    /// @param model its place among the models
    static LotaException in(TensorPieces tensor, int model) {
        return new LotaException(Text.format(
                "Tensor '%s': model %d has values there that are NaN or infinite, so it cannot be merged.",
                tensor.task().name(), model + 1));
    }

    /// @param sum over a model's values
    /// @return the sum
    static double check(TensorPieces tensor, int model, double sum) {
        if (!Double.isFinite(sum)) {
            throw in(tensor, model);
        }
        return sum;
    }
}
