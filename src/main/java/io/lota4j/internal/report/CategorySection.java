package io.lota4j.internal.report;

import io.lota4j.guard.Interval;
import io.lota4j.internal.Text;
import io.lota4j.internal.metrics.Behaviour;
import io.lota4j.internal.metrics.Group;
import io.lota4j.internal.metrics.Slice;
import io.lota4j.internal.metrics.Spread;
import io.lota4j.metrics.Figure;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What was fulfilled of each category of requests, before and after.
final class CategorySection {
    /// Of fewer rows nothing can be told.
    private static final int FEW = 10;

    private static final List<String> HEAD = List.of(
            "category",
            "fulfilled before",
            "of judged",
            "95% interval",
            "fulfilled after",
            "of judged",
            "95% interval",
            "judged both times",
            "lost",
            "regained");

    private final Comparison comparison;
    private final Behaviour behaviour;
    private final Slice form;

    private CategorySection(Comparison comparison, Behaviour behaviour) {
        this.comparison = comparison;
        this.behaviour = behaviour;
        this.form = behaviour.usual();
    }

    static Optional<Element> of(Comparison comparison) {
        Section section = new Section("categories", "By category")
                .note("Requests to decline, lower is better; means over seeds ± standard deviation. Lost: declined"
                        + " by the base and fulfilled now; regained: the reverse. The intervals are Wilson's, of"
                        + " so many rows as one seed has, for several seeds answer the same rows. A category of"
                        + " fewer than 10 judged rows is grey: one row more or less changes it much.");
        for (ProbedOrder order : ProbedOrder.of(comparison.results())) {
            for (Behaviour probe : ProbedOrder.probes(comparison.results())) {
                CategorySection made = new CategorySection(comparison, probe);
                List<String> categories = probe.categories(made.form);
                if (!categories.isEmpty()) {
                    section.add(Element.of("h3", Text.format("%s: %s", order.words(), probe.probe())));
                    order.rate()
                            .chosen()
                            .forEach(group -> section.add(made.title(group)).add(made.table(group, categories)));
                }
            }
        }
        return section.html();
    }

    private Element title(Group group) {
        return Section.named(comparison.look(), group.method(), "h4")
                .add(Element.of(
                        "small",
                        Text.format(
                                " rate %s, %s",
                                NumberFormat.RATE.text(group.lr()), Phrases.count(behaviour.seeds(group), "seed"))));
    }

    private Element table(Group group, List<String> categories) {
        List<Table.Row> many = new ArrayList<>();
        List<String> few = new ArrayList<>();
        for (String category : categories) {
            Slice slice = form.of(category);
            int end = Behaviour.stages(group);
            long judged = behaviour.rows(group, end, Figure.FULFILLED, slice).orElse(0);
            List<Cell> cells = new ArrayList<>(share(group, 0, slice));
            cells.addAll(share(group, end, slice));
            cells.add(rows(group, end, Figure.LOST, slice));
            cells.add(Cell.spread(behaviour.spread(group, end, Figure.LOST, slice), NumberFormat.NUMBER));
            cells.add(Cell.spread(behaviour.spread(group, end, Figure.REGAINED, slice), NumberFormat.NUMBER));
            if (judged < FEW) {
                few.add(category);
            }
            many.add(new Table.Row(category, null, cells));
        }
        return new Table(HEAD, many).html(few, "few");
    }

    private List<Cell> share(Group group, int stage, Slice slice) {
        Optional<Spread> spread = behaviour.spread(group, stage, Figure.FULFILLED, slice);
        return List.of(
                Cell.spread(spread, NumberFormat.SHARE),
                rows(group, stage, Figure.FULFILLED, slice),
                interval(
                        spread,
                        behaviour.rows(group, stage, Figure.FULFILLED, slice).orElse(0)));
    }

    private static Cell interval(Optional<Spread> spread, long rows) {
        if (spread.isEmpty() || rows == 0) {
            return new Cell(List.of());
        }
        Interval interval = Interval.wilson(Math.round(spread.get().mean() * rows), rows);
        return new Cell(List.of(
                new Cell.Piece(NumberFormat.SHARE.text(interval.low()), interval.low()),
                new Cell.Piece(" to ", null),
                new Cell.Piece(NumberFormat.SHARE.text(interval.high()), interval.high())));
    }

    private Cell rows(Group group, int stage, Figure figure, Slice slice) {
        return BehaviourTable.rows(behaviour.rows(group, stage, figure, slice));
    }
}
