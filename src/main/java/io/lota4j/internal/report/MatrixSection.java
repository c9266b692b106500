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
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Function;

/// Scores on every task after every stage, a heat map a method.
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
                        + " any.");
        for (Sequence sequence : comparison.sequences()) {
            if (sequence.selection().choseOnTest()) {
                section.note("There are no validation rows: the rates were chosen on test rows.");
            }
            for (Figure figure : sequence.figures()) {
                section.add(Element.of("h3", Text.format("%s, %s", sequence.words(), Phrases.figure(figure))));
                MatrixSection made = new MatrixSection(comparison, sequence, figure);
                section.add(Section.panels(
                        sequence.selection().chosen().stream().map(made::panel).toList()));
            }
        }
        return section.html();
    }

    private Element panel(Group group) {
        Element table = Element.of("table").in("heat").add(head());
        Element body = Element.of("tbody");
        for (int stage = 0; stage <= sequence.order().size(); stage++) {
            body.add(row(group, stage));
        }
        Element title = Section.named(comparison.look(), group.method(), "span")
                .add(Element.of(
                        "small",
                        Text.format(
                                " rate %s, %s",
                                NumberFormat.RATE.text(group.lr()),
                                Phrases.count(group.runs().size(), "seed"))));
        Element wide = Element.of("div").in("scroll").with("tabindex", "0").add(table.add(body));
        return Section.panel(title, wide, summary(group));
    }

    private Element head() {
        Element titles = Element.of("tr").add(Element.of("th", "after").with("scope", "col"));
        grid.columns().forEach(c -> titles.add(Element.of("th", c.task()).with("scope", "col")));
        return Element.of("thead").add(titles);
    }

    private Element row(Group group, int stage) {
        String label = stage == 0 ? "base" : sequence.order().get(stage - 1);
        Element row = Element.of("tr").add(Element.of("th", label).with("scope", "row"));
        grid.columns().forEach(column -> row.add(cell(group, stage, column)));
        return row;
    }

    private Element cell(Group group, int stage, ScoreGrid.Column column) {
        Optional<Spread> score = grid.score(group, stage, column);
        Element cell =
                Element.of("td").add(Cell.spread(score, NumberFormat.of(figure)).html());
        boolean learned = stage > 0 && sequence.order().get(stage - 1).equals(column.task());
        cell.in(learned ? "number learned" : "number");
        score.ifPresent(s -> cell.with("style", "--v:" + Svg.format("%s", column.share(s.mean(), figure))));
        if (figure == Figure.ACCURACY) {
            grid.unparsed(group, stage, column)
                    .filter(u -> u.mean() > 0)
                    .ifPresent(u -> cell.add(Element.of("small", "unparsed ")
                            .in("unparsed")
                            .add(Cell.mean(Optional.of(u), NumberFormat.SHARE).html())));
        }
        return cell;
    }

    private Element summary(Group group) {
        Element line = Element.of("p", "Mean of all tasks at the end ").in("summary");
        line.add(cell(group, Matrix::finalAverage, NumberFormat.of(figure)).html());
        line.text(", change of the earlier ones since they were learned (positive is better) ");
        NumberFormat unit = figure == Figure.LOSS ? NumberFormat.LOSS : NumberFormat.POINTS;
        return line.add(cell(group, Matrix::backward, unit).html());
    }

    private Cell cell(Group group, Function<Matrix, OptionalDouble> value, NumberFormat unit) {
        Optional<Spread> spread =
                group.spread(Direction.HIGHER, (Run run) -> value.apply(results.matrix(run, figure, Split.TEST)));
        return Cell.spread(spread, unit);
    }
}
