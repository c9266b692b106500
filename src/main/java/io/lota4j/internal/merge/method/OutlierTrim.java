package io.lota4j.internal.merge.method;

import io.lota4j.internal.merge.Piece;
import io.lota4j.internal.merge.Settings;
import io.lota4j.internal.merge.TensorPieces;
import java.util.stream.IntStream;

/// Drops the floor(gamma * n) largest of each tensor's n deltas and keeps the floor(density * n) that come
/// next. When there are not so many, fewer of the largest are dropped; at density 1 none are.
final class OutlierTrim implements Trim {
    static final String GAMMA = "gamma";

    @Override
    public Kept prepare(TensorPieces tensor) {
        int models = tensor.models();
        long[] wanted = new long[2 * models];
        for (int m = 0; m < models; m++) {
            long kept = Density.count(tensor, m);
            wanted[m] = Math.min(outliers(tensor.task().settings(), m, tensor.numel()), tensor.numel() - kept);
            wanted[models + m] = wanted[m] + kept;
        }
        int[] searches = IntStream.range(0, 2 * models).map(i -> i % models).toArray();
        CutSearch found = CutSearch.of(tensor, Piece::operand, searches, wanted);
        TrimThreshold[] cuts = IntStream.range(0, 2 * models)
                .mapToObj(i -> found.cut(tensor.task().name(), i))
                .toArray(TrimThreshold[]::new);
        return (piece, model) -> {
            float[] deltas = piece.operand(model);
            float[] kept = piece.scratch(model);
            cuts[models + model].keep(piece, deltas, deltas, kept);
            cuts[model].drop(piece, deltas, kept);
            return kept;
        };
    }

    private static long outliers(Settings settings, int model, long numel) {
        return (long) (settings.number(GAMMA, model) * numel);
    }
}
