package io.lota4j.internal.report;

import io.lota4j.internal.metrics.Group;
import io.lota4j.internal.metrics.Results;
import io.lota4j.internal.metrics.Selection;
import io.lota4j.internal.metrics.Spread;
import io.lota4j.metrics.Figure;
import io.lota4j.metrics.Metric.Split;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Function;

/// How well each method learns one task from the base.
final class AloneSection {
    private static final List<String> HEAD = List.of(
            "method",
            "trained weights",
            "rate",
            "seeds",
            "loss",
            "loss, worst seed",
            "right",
            "right, worst seed",
            "unparsed");

    private final Comparison comparison;
    private final Results results;
    private final String task;

    private AloneSection(Comparison comparison, String task) {
        this.comparison = comparison;
        this.results = comparison.results();
        this.task = task;
    }

    static Optional<Element> of(Comparison comparison) {
        Section section = new Section("alone", "Each task alone")
                .note("Runs over one task. Test rows, mean over seeds ± standard deviation, at the rate of each"
                        + " method with the best loss on validation rows.");
        for (Selection selection : comparison.alone()) {
            if (selection.choseOnTest()) {
                section.note("There are no validation rows: the rates were chosen on test rows.");
            }
            section.add(Element.of("h3", task(selection)))
                    .add(table(comparison, selection).html());
        }
        return section.html();
    }

    static String task(Selection selection) {
        return selection.chosen().getFirst().order().getFirst();
    }

    static Table table(Comparison comparison, Selection selection) {
        return new AloneSection(comparison, task(selection)).table(selection);
    }

    private Table table(Selection selection) {
        List<Table.Row> rows = new ArrayList<>(List.of(base()));
        selection.chosen().forEach(group -> rows.add(row(group)));
        return new Table(HEAD, rows).withoutEmptyColumns();
    }

    private Table.Row base() {
        Cell none = new Cell(List.of());
        return new Table.Row(
                "base",
                null,
                List.of(
                        none,
                        none,
                        none,
                        Cell.number(score(Results.BASE, 0, Figure.LOSS), NumberFormat.LOSS),
                        none,
                        Cell.number(score(Results.BASE, 0, Figure.ACCURACY), NumberFormat.SHARE),
                        none,
                        Cell.number(score(Results.BASE, 0, Figure.UNPARSED), NumberFormat.SHARE)));
    }

    private OptionalDouble score(String run, int stage, Figure figure) {
        return results.score(run, stage, figure, task, Split.TEST);
    }

    private Table.Row row(Group group) {
        Optional<Spread> trained = group.spread(
                Figure.TRAINABLE.direction(),
                run -> results.of(run.name(), Figure.TRAINABLE).stream()
                        .mapToDouble(m -> m.value())
                        .findFirst());
        return new Table.Row(
                group.method(),
                comparison.look().of(group.method()),
                List.of(
                        Cell.mean(trained, NumberFormat.COUNT),
                        Cell.number(group.lr(), NumberFormat.RATE),
                        Cell.number(spread(group, Figure.LOSS).map(Spread::n).orElse(0), NumberFormat.COUNT),
                        cell(group, Figure.LOSS, s -> Cell.spread(s, NumberFormat.LOSS)),
                        cell(group, Figure.LOSS, s -> worst(s, NumberFormat.LOSS)),
                        cell(group, Figure.ACCURACY, s -> Cell.spread(s, NumberFormat.SHARE)),
                        cell(group, Figure.ACCURACY, s -> worst(s, NumberFormat.SHARE)),
                        cell(group, Figure.UNPARSED, s -> Cell.spread(s, NumberFormat.SHARE))));
    }

    private Cell cell(Group group, Figure figure, Function<Optional<Spread>, Cell> cell) {
        return cell.apply(spread(group, figure));
    }

    private Optional<Spread> spread(Group group, Figure figure) {
        return group.spread(figure.direction(), run -> score(run.name(), 1, figure));
    }

    private static Cell worst(Optional<Spread> spread, NumberFormat unit) {
        return spread.map(s -> Cell.number(s.worst(), unit)).orElseGet(() -> new Cell(List.of()));
    }
}
