package io.lota4j.internal.metrics;

import io.lota4j.metrics.Direction;
import io.lota4j.metrics.Figure;
import io.lota4j.metrics.Metric.Split;
import java.util.List;
import java.util.Optional;

/// By which scores settings are chosen.
public record Criterion(Figure figure, Split split) {
    /// The first of: the figure on validation rows, the loss on validation rows, the figure on test rows, that every
    /// group has.
    ///
    /// @param figure that is to be reported
    /// @return empty if not even the last is there
    public static Optional<Criterion> of(Results results, List<Group> groups, Figure figure) {
        List<Criterion> all = List.of(
                new Criterion(figure, Split.VALIDATION),
                new Criterion(Figure.LOSS, Split.VALIDATION),
                new Criterion(figure, Split.TEST));
        return all.stream()
                .filter(c -> groups.stream().allMatch(g -> c.average(results, g).isPresent()))
                .findFirst();
    }

    /// Mean over seeds of the final average.
    public Optional<Spread> average(Results results, Group group) {
        return group.spread(
                figure.direction(), run -> results.matrix(run, figure, split).finalAverage());
    }

    /// Mean over seeds of the last task's last score.
    public Optional<Spread> last(Results results, Group group) {
        return group.spread(figure.direction(), run -> {
            Matrix matrix = results.matrix(run, figure, split);
            return matrix.last(matrix.lastTask());
        });
    }

    /// Mean over seeds of what was kept of the earlier tasks.
    public Optional<Spread> kept(Results results, Group group) {
        return group.spread(
                Direction.HIGHER, run -> results.matrix(run, figure, split).keptEarlier());
    }

    /// Whether the choice was made on the rows that it is judged on: it then looks better than it is.
    public boolean onTest() {
        return split == Split.TEST;
    }

    /// A score in this figure so that more is better.
    public double goodness(double score) {
        return figure.direction() == Direction.LOWER ? -score : score;
    }
}
