package io.lota4j.internal.report;

import io.lota4j.internal.Text;
import io.lota4j.internal.metrics.Criterion;
import io.lota4j.internal.metrics.Group;
import io.lota4j.internal.metrics.Matched;
import io.lota4j.internal.metrics.Matrix;
import io.lota4j.internal.metrics.RunFile.Run;
import io.lota4j.metrics.Direction;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.stream.IntStream;

/// What was kept after fewer tasks than all, a table a stage: which method keeps most may change on the way.
final class StagesSection {
    /// With two tasks the end is the only stage at which something could be kept.
    private static final int LEAST_TASKS = 3;

    private static final int FIRST_STAGE = 2;

    private StagesSection() {}

    static Optional<Element> of(Comparison comparison) {
        Section section = new Section("stages", "Stage by stage")
                .note("The same runs as above, at the same rates, after every task from the second on: test rows, mean"
                        + " over seeds ± standard deviation. The mean also counts what was never learned.");
        for (Sequence sequence : comparison.sequences()) {
            for (int stage : stages(sequence)) {
                section.add(Element.of("h3", title(comparison, sequence, stage)));
                section.add(table(comparison, sequence, stage).html());
            }
        }
        return section.html();
    }

    /// The stages that have a table.
    static List<Integer> stages(Sequence sequence) {
        int tasks = sequence.order().size();
        return tasks < LEAST_TASKS
                ? List.of()
                : IntStream.rangeClosed(FIRST_STAGE, tasks).boxed().toList();
    }

    static String title(Comparison comparison, Sequence sequence, int stage) {
        return Text.format(
                "After %d of %d tasks (%s), by %s",
                stage,
                sequence.order().size(),
                String.join(", then ", sequence.order().subList(0, stage)),
                Phrases.figure(sequence.primary(comparison.results()).figure()));
    }

    static Table table(Comparison comparison, Sequence sequence, int stage) {
        Matched matched = sequence.primary(comparison.results());
        Keeping keeping = new Keeping(comparison.results());
        List<String> head = new ArrayList<>(List.of(
                "method",
                "rate",
                sequence.order().get(stage - 1),
                "kept of the earlier, mean",
                Text.format("mean of the %d", stage)));
        head.addAll(keeping.textHead());
        List<Table.Row> rows = matched.chosen().stream()
                .map(group -> new Table.Row(
                        group.method(),
                        comparison.look().of(group.method()),
                        cells(comparison, matched.reported(), group, stage)))
                .toList();
        return new Table(head, rows).withoutEmptyColumns();
    }

    private static List<Cell> cells(Comparison comparison, Criterion test, Group group, int stage) {
        NumberFormat unit = NumberFormat.of(test.figure());
        Function<Run, Matrix> then = run ->
                comparison.results().matrix(run, test.figure(), test.split()).after(stage);
        List<Cell> cells = new ArrayList<>(List.of(
                Cell.number(group.lr(), NumberFormat.RATE),
                spread(group, test.figure().direction(), then, m -> m.last(m.lastTask()), unit),
                spread(group, Direction.HIGHER, then, Matrix::keptEarlier, NumberFormat.SHARE),
                spread(group, test.figure().direction(), then, Matrix::finalAverage, unit)));
        cells.addAll(new Keeping(comparison.results()).textCells(group, stage));
        return cells;
    }

    private static Cell spread(
            Group group,
            Direction direction,
            Function<Run, Matrix> then,
            Function<Matrix, OptionalDouble> value,
            NumberFormat unit) {
        return Cell.spread(group.spread(direction, run -> value.apply(then.apply(run))), unit);
    }
}
