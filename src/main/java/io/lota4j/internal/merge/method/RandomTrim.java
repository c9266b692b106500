package io.lota4j.internal.merge.method;

import io.lota4j.internal.merge.Piece;
import io.lota4j.internal.merge.Settings;
import io.lota4j.internal.merge.TensorPieces;

/// Keeps each delta with a probability of density, by chance.
///
/// @param inverse whether those kept are divided by density
record RandomTrim(boolean inverse) implements Trim {
    @Override
    public Kept prepare(TensorPieces tensor) {
        Settings settings = tensor.task().settings();
        CounterRandom[] random = CounterRandom.all(tensor.task());
        return (piece, model) -> {
            double density = Density.of(settings, model);
            float[] deltas = piece.operand(model);
            if (density >= 1) {
                return deltas;
            }
            float[] kept = piece.scratch(model);
            keep(piece, deltas, kept, random[model], density);
            if (inverse && density > 0) {
                WeightedSum.divide(kept, (float) density, piece.size());
            }
            return kept;
        };
    }

    private static void keep(Piece piece, float[] deltas, float[] kept, CounterRandom random, double density) {
        if (piece.isDense()) {
            random.keepUnder(density, piece.first(), piece.size(), deltas, kept);
            return;
        }
        int[] offsets = piece.offsets();
        for (int i = 0; i < piece.size(); i++) {
            kept[i] = random.isUnder(density, piece.first() + offsets[i]) ? deltas[i] : 0;
        }
    }
}
