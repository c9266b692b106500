package io.lota4j.internal.merge.method;

import io.lota4j.LotaException;
import io.lota4j.internal.Text;
import io.lota4j.internal.merge.Piece;
import io.lota4j.internal.merge.Settings;
import io.lota4j.internal.merge.TensorPieces;
import io.lota4j.merge.Compat;
import java.util.Arrays;

/// Keeps each delta with a probability that grows with its rank among the magnitudes of its row, by chance; all
/// at density 1 and none at density 0. Pieces must hold whole rows.
///
/// @param compat whose probabilities are taken: the paper's or mergekit's
record RankTrim(Compat compat) implements Trim {
    static final String EPSILON = "epsilon";

    @Override
    public Kept prepare(TensorPieces tensor) {
        CounterRandom[] random = CounterRandom.all(tensor.task());
        return (piece, model) -> {
            double density = Density.of(tensor.task().settings(), model);
            if (density >= 1) {
                return piece.operand(model);
            }
            float[] kept = piece.scratch(model);
            if (density <= 0) {
                Arrays.fill(kept, 0, piece.size(), 0);
            } else {
                RankOdds odds = odds(tensor.task().settings(), model, tensor.rowLength());
                keep(piece, piece.operand(model), kept, tensor.rowLength(), odds, random[model]);
            }
            return kept;
        };
    }

    private RankOdds odds(Settings settings, int model, long length) {
        double density = Density.of(settings, model);
        double epsilon = settings.number(EPSILON, model);
        return compat == Compat.PAPER
                ? RankOdds.paper(density, epsilon, length)
                : RankOdds.mergekit(density, epsilon, length);
    }

    private static void keep(
            Piece piece, float[] deltas, float[] kept, long length, RankOdds odds, CounterRandom random) {
        NonZeros row = new NonZeros((int) Math.min(length, piece.size()));
        PieceRows.each(piece, length, (from, to) -> {
            row.find(deltas, from, to);
            RowRanks ranks = RowRanks.of(row, length);
            Arrays.fill(kept, from, to, 0);
            for (int i = 0; i < row.count(); i++) {
                int at = row.place(i);
                double draw = random.unit(piece.first() + piece.offsets()[at]);
                kept[at] = odds.kept(ranks, draw, deltas[at], i);
            }
        });
    }

    /// Refuses densities between 0 and 1 with which some probability is not.
    static void check(String method, Compat compat, Settings settings) {
        for (int m = 0; m < settings.modelValues().size(); m++) {
            double density = Density.of(settings, m);
            double epsilon = settings.number(EPSILON, m);
            double spread = compat == Compat.PAPER ? epsilon / 2 : epsilon;
            boolean within = density - spread > 0 && density + spread < 1;
            if (density > 0 && density < 1 && !within) {
                throw new LotaException(Text.format(
                        "'%s', model %d: density %s with epsilon %s makes probabilities from %s to %s, "
                                + "which must lie between 0 and 1; use a smaller epsilon.",
                        method, m + 1, density, epsilon, density - spread, density + spread));
            }
        }
    }
}
