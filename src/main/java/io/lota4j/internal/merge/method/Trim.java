package io.lota4j.internal.merge.method;

import io.lota4j.internal.merge.Piece;
import io.lota4j.internal.merge.Survey;
import io.lota4j.internal.merge.TensorPieces;
import java.util.Optional;

/// Which of a model's deltas a method keeps; the others become zero.
@FunctionalInterface
interface Trim {
    /// Keeps all.
    Trim NONE = tensor -> Piece::operand;

    /// The deltas of a tensor that are kept.
    @FunctionalInterface
    interface Kept {
        /// @return the model's deltas, zero or rescaled where that is what becomes of them; to be read only, in
        ///     one of the piece's arrays
        float[] of(Piece piece, int model);
    }

    /// Learns what has to be known of a whole tensor.
    Kept prepare(TensorPieces tensor);

    /// What must be learned from all tensors first.
    default Optional<Survey> survey() {
        return Optional.empty();
    }
}
