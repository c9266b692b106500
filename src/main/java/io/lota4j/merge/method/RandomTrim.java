package io.lota4j.merge.method;

import io.lota4j.merge.Settings;
import io.lota4j.merge.TensorPieces;

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
            float divisor = inverse ? (float) density : 1;
            float[] kept = piece.scratch(model);
            int[] offsets = piece.offsets();
            CounterRandom draws = random[model];
            for (int i = 0; i < piece.size(); i++) {
                kept[i] = draws.unit(piece.first() + offsets[i]) < density ? deltas[i] / divisor : 0;
            }
            return kept;
        };
    }
}
