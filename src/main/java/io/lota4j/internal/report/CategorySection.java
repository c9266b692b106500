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
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What was fulfilled of each category of requests, before and after.
final class CategorySection {
    /// Of fewer rows nothing can be told.
    private static final int FEW = 10;

    private static final List<String> HEAD = List.of(
            "method",
            "fulfilled in the category",
            "of judged",
            "95% interval",
            "judged both times",
            "lost",
            "regained");

    private static final Cell NONE = new Cell(List.of());

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
                        + " so many rows as one seed has, for several seeds answer the same rows. The first line is"
                        + " before. What fewer than 10 judged rows say is grey: one row more or less changes it"
                        + " much.");
        for (ProbedOrder order : ProbedOrder.of(comparison.results())) {
            for (Behaviour probe : ProbedOrder.probes(comparison.results())) {
                CategorySection made = new CategorySection(comparison, probe);
                List<String> categories = probe.categories(made.form);
                if (!categories.isEmpty()) {
                    section.add(Element.of("h3", Text.format("%s: %s", order.words(), probe.probe())));
                    for (String category : categories) {
                        section.add(Element.of("h4", category))
                                .add(made.table(order.rate().chosen(), made.form.of(category)));
                    }
                }
            }
        }
        return section.html();
    }

    /// @param slice of a category
    private Element table(List<Group> groups, Slice slice) {
        List<Table.Row> rows = new ArrayList<>();
        List<String> few = new ArrayList<>();
        for (Group group : groups) {
            if (rows.isEmpty()) {
                rows.add(row("base", null, share(group, 0, slice), List.of(NONE, NONE, NONE)));
                noteFew("base", group, 0, slice, few);
            }
            int end = Behaviour.stages(group);
            List<Cell> drift = List.of(
                    rows(group, end, Figure.LOST, slice),
                    Cell.spread(behaviour.spread(group, end, Figure.LOST, slice), NumberFormat.NUMBER),
                    Cell.spread(behaviour.spread(group, end, Figure.REGAINED, slice), NumberFormat.NUMBER));
            MethodMarks.Mark mark = comparison.look().of(group.method());
            rows.add(row(group.method(), mark, share(group, end, slice), drift));
            noteFew(group.method(), group, end, slice, few);
        }
        return new Table(HEAD, rows).html(few, "few");
    }

    private static Table.Row row(String label, MethodMarks.@Nullable Mark mark, List<Cell> share, List<Cell> drift) {
        return new Table.Row(
                label, mark, Stream.concat(share.stream(), drift.stream()).toList());
    }

    private void noteFew(String label, Group group, int stage, Slice slice, List<String> few) {
        if (behaviour.rows(group, stage, Figure.FULFILLED, slice).orElse(0) < FEW) {
            few.add(label);
        }
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
