package io.lota4j.internal.guard;

import io.lota4j.StoppedException;
import io.lota4j.data.Example;
import io.lota4j.guard.Depth;
import io.lota4j.internal.model.Decoder;
import io.lota4j.internal.train.MicroBatch;
import io.lota4j.internal.train.Sample;
import io.lota4j.internal.train.distill.Divergence;
import io.lota4j.internal.train.distill.OwnAnswers;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.IntConsumer;

/// Compares two models along the answers of one of them.
///
/// @param before the model as it was
/// @param after the changed one, whose greedy answers both read
/// @param stop token ids that end an answer
/// @param positions most tokens of an answer
public record Depths(Decoder before, Decoder after, Set<Integer> stop, int positions) {
    /// Rows whose expectations are kept at a time: of each token as many floats as there are
    /// words.
    private static final int AT_ONCE = 16;

    /// Answers prompts and compares.
    ///
    /// @param prompts rows, whose own answers are not looked at
    /// @param done hears how many are done
    /// @throws StoppedException if it was stopped
    public Depth along(List<Example> prompts, IntConsumer done, BooleanSupplier stopped) {
        List<Depth.Row> rows = new ArrayList<>();
        OwnAnswers answers = new OwnAnswers(after, stop, positions);
        for (int from = 0; from < prompts.size(); from += AT_ONCE) {
            List<Example> some = prompts.subList(from, Math.min(prompts.size(), from + AT_ONCE));
            List<Example> answered = answers.to(some, count -> {}, stopped)
                    .orElseThrow(() -> new StoppedException("The comparison by position was stopped after "
                            + rows.size() + " of " + prompts.size() + " rows."));
            rows.addAll(compared(answered));
            done.accept(rows.size());
        }
        return Depth.of(rows, positions);
    }

    /// What is found at the labelled tokens of some rows.
    List<Depth.Row> compared(List<Example> answered) {
        List<Depth.Row> rows = new ArrayList<>();
        List<Example> scored =
                answered.stream().filter(row -> row.labelledTokens() > 0).toList();
        for (MicroBatch part :
                MicroBatch.passes(Sample.all(scored), after.device().chunk())) {
            if (part.scored() == 0) {
                continue;
            }
            float[] losses = after.losses(part.batch()).tokenLosses();
            float[] earlier = before.losses(part.batch()).tokenLosses();
            try (Divergence teacher = Divergence.teacher(after, part.batch())) {
                float[] divergence =
                        before.divergences(part.batch(), teacher.teacher()).tokenLosses();
                for (int row = 0; row < part.counts().length; row++) {
                    int start = part.starts()[row];
                    int count = part.counts()[row];
                    rows.add(new Depth.Row(
                            cut(divergence, start, count), cut(earlier, start, count), cut(losses, start, count)));
                }
            }
        }
        return rows;
    }

    private static double[] cut(float[] values, int start, int count) {
        double[] some = new double[count];
        for (int at = 0; at < count; at++) {
            some[at] = values[start + at];
        }
        return some;
    }
}
