package io.lota4j.internal.merge.method;

import io.lota4j.internal.merge.Piece;
import io.lota4j.internal.merge.TensorPieces;
import java.util.stream.IntStream;

/// Keeps the floor(density * n) largest of each tensor's n deltas. Of equal ones the first are kept.
final class TopTrim implements Trim {
    @Override
    public Kept prepare(TensorPieces tensor) {
        int[] models = IntStream.range(0, tensor.models()).toArray();
        long[] wanted =
                IntStream.of(models).mapToLong(m -> Density.count(tensor, m)).toArray();
        long[] most = IntStream.of(models).mapToLong(tensor::most).toArray();
        CutSearch search = CutSearch.of(tensor, Piece::operand, models, wanted, most);
        return kept(tensor, search);
    }

    /// What a search with one target for each model leaves of a tensor.
    static Kept kept(TensorPieces tensor, CutSearch search) {
        TrimThreshold[] cuts = IntStream.range(0, tensor.models())
                .mapToObj(m -> search.cut(tensor.task().name(), m))
                .toArray(TrimThreshold[]::new);
        return (piece, model) -> {
            if (cuts[model].equals(TrimThreshold.ALL)) {
                return piece.operand(model);
            }
            float[] deltas = piece.operand(model);
            float[] kept = piece.scratch(model);
            cuts[model].keep(piece, deltas, deltas, kept);
            return kept;
        };
    }
}
