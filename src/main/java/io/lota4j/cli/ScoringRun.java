package io.lota4j.cli;

import io.lota4j.ProcessMemory;
import io.lota4j.data.Dataset;
import io.lota4j.mask.Mask;
import io.lota4j.mask.Scope;
import io.lota4j.train.AdaptedModel;
import io.lota4j.train.MemoryEstimate;
import io.lota4j.train.score.Score;
import io.lota4j.train.score.Scoring;
import java.io.PrintWriter;

/// Finds a mask by a score in front of a user, with a progress line.
///
/// @param sparsity frozen share of the whole pool
/// @param err where messages go
record ScoringRun(Score score, double sparsity, Scope scope, PrintWriter err) {
    Mask run(AdaptedModel adapted, Mask among, Dataset data) {
        Mask mask = scored(new Scoring(adapted, among, data));
        MemoryEstimate predicted =
                Scoring.memory(adapted.decoder().config(), adapted.decoder().memory(), score, among);
        ProcessMemory.peak()
                .ifPresent(peak -> err.println(
                        "peak memory %s, predicted %s".formatted(Words.bytes(peak), Words.bytes(predicted.total()))));
        return mask;
    }

    private Mask scored(Scoring scoring) {
        long start = System.nanoTime();
        try (ProgressBar bar = ProgressBar.on(err, score.toString())) {
            return scoring.mask(
                    score,
                    sparsity,
                    scope,
                    (done, all, tokens) ->
                            bar.update(done, all, tokens / ((System.nanoTime() - start) / 1e9), Double.NaN));
        }
    }
}
