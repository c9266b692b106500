package io.lota4j.internal.report;

import io.lota4j.internal.metrics.Group;
import io.lota4j.internal.metrics.Results;
import io.lota4j.internal.metrics.Spread;
import io.lota4j.metrics.Direction;
import io.lota4j.metrics.Figure;
import io.lota4j.metrics.Metric.Split;
import java.util.ArrayList;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.Optional;

/// Scores after every stage on the tasks and on texts of no task, of all methods, with the range of each column.
///
/// @param columns what was scored
record ScoreGrid(Results results, Figure figure, List<Column> columns) {
    /// @param low smallest mean in the column
    /// @param high largest mean in the column
    record Column(String task, Split split, double low, double high) {
        /// How good a score is among the column's: 0 the worst, 1 the best.
        double share(double score, Figure figure) {
            double share = high > low ? (score - low) / (high - low) : 0.5;
            return figure.direction() == Direction.LOWER ? 1 - share : share;
        }
    }

    static ScoreGrid of(Results results, Sequence sequence, Figure figure) {
        ScoreGrid bare = new ScoreGrid(results, figure, List.of());
        List<Column> columns = new ArrayList<>();
        sequence.order().forEach(task -> columns.add(bare.ranged(sequence, task, Split.TEST)));
        heldOut(results, figure).forEach(text -> columns.add(bare.ranged(sequence, text, Split.HELD_OUT)));
        return new ScoreGrid(results, figure, columns);
    }

    /// Texts that belong to no task.
    static List<String> heldOut(Results results, Figure figure) {
        return results.of(Results.BASE, figure).stream()
                .filter(m -> m.where().split() == Split.HELD_OUT)
                .flatMap(m -> Optional.ofNullable(m.where().task()).stream())
                .distinct()
                .toList();
    }

    private Column ranged(Sequence sequence, String task, Split split) {
        Column column = new Column(task, split, 0, 0);
        DoubleSummaryStatistics range = new DoubleSummaryStatistics();
        for (Group group : sequence.selection().chosen()) {
            for (int stage = 0; stage <= sequence.order().size(); stage++) {
                score(group, stage, column).ifPresent(s -> range.accept(s.mean()));
            }
        }
        return new Column(task, split, range.getMin(), range.getMax());
    }

    /// Stage 0 is the base's one score.
    Optional<Spread> score(Group group, int stage, Column column) {
        return at(group, stage, column, figure);
    }

    /// Share of answers that had not the asked-for form.
    Optional<Spread> unparsed(Group group, int stage, Column column) {
        return at(group, stage, column, Figure.UNPARSED);
    }

    private Optional<Spread> at(Group group, int stage, Column column, Figure of) {
        if (stage == 0) {
            List<Double> base = new ArrayList<>();
            results.score(Results.BASE, 0, of, column.task(), column.split()).ifPresent(base::add);
            return Spread.of(of.direction(), base);
        }
        return group.spread(of.direction(), run -> results.score(run.name(), stage, of, column.task(), column.split()));
    }
}
