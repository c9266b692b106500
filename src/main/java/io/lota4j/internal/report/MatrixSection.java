package io.lota4j.internal.report;

import io.lota4j.internal.Text;
import io.lota4j.internal.metrics.Group;
import io.lota4j.internal.metrics.Matrix;
import io.lota4j.internal.metrics.Results;
import io.lota4j.internal.metrics.RunFile.Run;
import io.lota4j.internal.metrics.Spread;
import io.lota4j.metrics.Direction;
import io.lota4j.metrics.Figure;
import io.lota4j.metrics.Metric.Split;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Function;

/// Scores on every task after every stage, as one heat map of all methods.
final class MatrixSection {
    private final Comparison comparison;
    private final Results results;
    private final Sequence sequence;
    private final Figure figure;
    private final ScoreGrid grid;

    private MatrixSection(Comparison comparison, Sequence sequence, Figure figure) {
        this.comparison = comparison;
        this.results = comparison.results();
        this.sequence = sequence;
        this.figure = figure;
        this.grid = ScoreGrid.of(results, sequence, figure);
    }

    static Optional<Element> of(Comparison comparison) {
        Section section = new Section("matrix", "Every task after every stage")
                .note("Test rows, mean over seeds ± standard deviation, at the learning rate of each method with the"
                        + " best mean of all tasks at the end. Colours run from the worst to the best mean in a"
                        + " column, over all methods; a frame marks the score right after a task was"
                        + " learned. Unparsed: the share of answers that had not the asked-for form, where there are"
                        + " any. At the end: the mean of all tasks, and how far the earlier ones have changed since"
                        + " they were learned, where positive is better.");
        for (Sequence sequence : comparison.sequences()) {
            if (sequence.selection().choseOnTest()) {
                section.note("There are no validation rows: the rates were chosen on test rows.");
            }
            for (Figure figure : sequence.figures()) {
                section.add(Element.of("h3", Text.format("%s, %s", sequence.words(), Phrases.figure(figure))));
                MatrixSection made = new MatrixSection(comparison, sequence, figure);
                section.add(made.table());
            }
        }
        return section.html();
    }

    private Element table() {
        Element body = Element.of("tbody").add(row(sequence.selection().chosen().getFirst(), 0));
        for (Group group : sequence.selection().chosen()) {
            for (int stage = 1; stage <= sequence.order().size(); stage++) {
                body.add(row(group, stage));
            }
        }
        return Element.of("div")
                .in("scroll")
                .with("tabindex", "0")
                .add(Element.of("table").in("heat t2").add(head(), body));
    }

    private Element head() {
        Element titles = Element.of("tr");
        List<String> all = new ArrayList<>(List.of("method", "after"));
        grid.columns().forEach(column -> all.add(column.task()));
        all.addAll(List.of("mean of all tasks", "change since learned"));
        all.forEach(title -> titles.add(Element.of("th", title).with("scope", "col")));
        return Element.of("thead").add(titles);
    }

    /// @param group any, if the stage is 0
    private Element row(Group group, int stage) {
        String after = stage == 0 ? "nothing" : sequence.order().get(stage - 1);
        Element title =
                stage == 0 ? Element.of("th", Results.BASE) : Section.named(comparison.look(), group.method(), "th");
        Element row = Element.of("tr").add(title, Element.of("td", after));
        for (ScoreGrid.Column column : grid.columns()) {
            Optional<Spread> score = grid.score(group, stage, column);
            Cell cell = Cell.spread(score, NumberFormat.of(figure));
            row.add(coloured(cell.fill(Element.of("td")), group, stage, column, score));
        }
        boolean end = stage == sequence.order().size();
        NumberFormat change = figure == Figure.LOSS ? NumberFormat.LOSS : NumberFormat.POINTS;
        Cell none = Cell.text("");
        row.add((end ? cell(group, Matrix::finalAverage, NumberFormat.of(figure)) : none).fill(Element.of("td")));
        row.add((end ? cell(group, Matrix::backward, change) : none).fill(Element.of("td")));
        return row;
    }

    private Element coloured(Element cell, Group group, int stage, ScoreGrid.Column column, Optional<Spread> score) {
        if (stage > 0 && sequence.order().get(stage - 1).equals(column.task())) {
            cell.in("learned");
        }
        score.ifPresent(s -> cell.with("style", "--v:" + Svg.share(column.share(s.mean(), figure))));
        if (figure == Figure.ACCURACY) {
            grid.unparsed(group, stage, column)
                    .filter(u -> u.mean() > 0)
                    .ifPresent(u -> cell.add(Element.of("i", "unparsed " + NumberFormat.SHARE.text(u.mean()))));
        }
        return cell;
    }

    private Cell cell(Group group, Function<Matrix, OptionalDouble> value, NumberFormat unit) {
        Optional<Spread> spread =
                group.spread(Direction.HIGHER, (Run run) -> value.apply(results.matrix(run, figure, Split.TEST)));
        return Cell.spread(spread, unit);
    }
}
