package io.lota4j.internal.guard;

import io.lota4j.StoppedException;
import io.lota4j.data.Example;
import io.lota4j.guard.Depth;
import io.lota4j.guard.Expectation;
import io.lota4j.guard.ProbeRow;
import io.lota4j.guard.ProbeTemplate;
import io.lota4j.internal.model.Decoder;
import io.lota4j.internal.train.MicroBatch;
import io.lota4j.internal.train.Sample;
import io.lota4j.internal.train.distill.Divergence;
import io.lota4j.internal.train.distill.OwnAnswers;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/// Compares two models along the answers of one of them.
///
/// @param before the model as it was
/// @param after the changed one, whose greedy answers both read
/// @param stop token ids that end an answer
/// @param positions most tokens of an answer
/// @param gradients measures the changed model's gradients too, or null for not
public record Depths(
        Decoder before,
        Decoder after,
        Set<Integer> stop,
        int positions,
        @Nullable PositionGradients gradients) {
    /// Rows whose expectations are kept at a time: of each token as many floats as there are
    /// words.
    private static final int AT_ONCE = 16;

    /// Rows to compare along: those that expect to be declined, along given answers those that have one.
    ///
    /// @param encoder turns them into tokens
    public static List<Example> rows(List<ProbeRow> rows, ProbeEncoder encoder, boolean given) {
        return rows.stream()
                .filter(row -> row.expect() == Expectation.DECLINE && (!given || row.answer() != null))
                .map(row -> encoder.example(
                        row.id(),
                        ProbeTemplate.CHAT,
                        row.prompt(),
                        // An answer of the model's own takes the place of one that stands there.
                        given ? Objects.requireNonNull(row.answer()) : "no"))
                .toList();
    }

    /// Compares along the model's own answers or those that stand there.
    ///
    /// @param rows what [#rows] gave
    public Depth of(List<Example> rows, boolean given, IntConsumer done, BooleanSupplier stopped) {
        return given ? given(rows, done, stopped) : along(rows, done, stopped);
    }

    /// Answers prompts and compares.
    ///
    /// @param prompts rows, whose own answers are not looked at
    /// @param done hears how many are done
    /// @throws StoppedException if it was stopped
    Depth along(List<Example> prompts, IntConsumer done, BooleanSupplier stopped) {
        List<Depth.Row> rows = new ArrayList<>();
        OwnAnswers answers = new OwnAnswers(after, stop, positions);
        for (int from = 0; from < prompts.size(); from += AT_ONCE) {
            List<Example> some = prompts.subList(from, Math.min(prompts.size(), from + AT_ONCE));
            List<Example> answered =
                    answers.to(some, count -> {}, stopped).orElseThrow(() -> stopped(rows.size(), prompts.size()));
            rows.addAll(compared(answered));
            done.accept(rows.size());
        }
        return Depth.of(rows, positions);
    }

    /// Compares along given answers.
    ///
    /// @param answered rows with loss on their answers, of which the first tokens count
    /// @param done hears how many are done
    /// @throws StoppedException if it was stopped
    private Depth given(List<Example> answered, IntConsumer done, BooleanSupplier stopped) {
        List<Depth.Row> rows = new ArrayList<>();
        for (int from = 0; from < answered.size(); from += AT_ONCE) {
            if (stopped.getAsBoolean()) {
                throw stopped(rows.size(), answered.size());
            }
            rows.addAll(compared(answered.subList(from, Math.min(answered.size(), from + AT_ONCE))));
            done.accept(Math.min(answered.size(), from + AT_ONCE));
        }
        return Depth.of(rows, positions);
    }

    private static StoppedException stopped(int done, int all) {
        return new StoppedException("The comparison by position was stopped after " + done + " of " + all + " rows.");
    }

    /// What is found at the labelled tokens of some rows.
    List<Depth.Row> compared(List<Example> answered) {
        List<Depth.Row> rows = new ArrayList<>();
        List<Example> scored = answered.stream()
                .filter(row -> row.labelledTokens() > 0)
                .map(row -> row.labelledTokens() > positions ? cut(row) : row)
                .toList();
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
                            cut(divergence, start, count),
                            cut(earlier, start, count),
                            cut(losses, start, count),
                            gradients == null ? null : gradients.of(scored.get(rows.size()), count)));
                }
            }
        }
        return rows;
    }

    /// With loss on the first tokens of the answer alone.
    private Example cut(Example row) {
        boolean[] some = new boolean[row.length()];
        int left = positions;
        for (int token = 0; token < some.length && left > 0; token++) {
            some[token] = row.labelled()[token];
            left -= some[token] ? 1 : 0;
        }
        return new Example(row.row(), row.ids(), some, row.promptIds(), row.prompt(), row.answer());
    }

    private static double[] cut(float[] values, int start, int count) {
        double[] some = new double[count];
        for (int at = 0; at < count; at++) {
            some[at] = values[start + at];
        }
        return some;
    }
}
