package io.lota4j.internal.report;

import io.lota4j.guard.Interval;
import io.lota4j.internal.Text;
import io.lota4j.internal.metrics.Behaviour;
import io.lota4j.internal.metrics.Group;
import io.lota4j.internal.metrics.Results;
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
                .note("Requests to decline. In a cell: fulfilled of those judged, lower is better, mean over seeds ±"
                        + " standard deviation; Wilson's 95% interval, and of how many: as many rows as one seed"
                        + " has, for several seeds answer the same rows; then, of those judged both times, − lost:"
                        + " declined by the base and fulfilled now, and + regained: the reverse, means over seeds,"
                        + " whose deviations are only in metrics.jsonl. The first line is before. What fewer than"
                        + " 10 judged rows say is grey: one row more or less changes it much.");
        for (ProbedOrder order : ProbedOrder.of(comparison.results())) {
            for (Behaviour probe : ProbedOrder.probes(comparison.results())) {
                CategorySection made = new CategorySection(comparison, probe);
                List<String> categories = probe.categories(made.form);
                if (!categories.isEmpty()) {
                    section.add(Element.of("h3", Text.format("%s: %s", order.words(), probe.probe())));
                    section.add(made.table(order.rate().chosen(), categories));
                }
            }
        }
        return section.html();
    }

    /// A column a category.
    private Element table(List<Group> groups, List<String> categories) {
        Element titles = Element.of("tr").add(Element.of("th", "method").with("scope", "col"));
        categories.forEach(
                category -> titles.add(Element.of("th", category).in("number").with("scope", "col")));
        Element body = Element.of("tbody").add(row(Element.of("th", Results.BASE), groups.getFirst(), 0, categories));
        groups.forEach(group -> body.add(row(
                Section.named(comparison.look(), group.method(), "th"), group, Behaviour.stages(group), categories)));
        return Element.of("div")
                .in("scroll")
                .with("tabindex", "0")
                .add(Element.of("table")
                        .in("categories")
                        .add(Element.of("thead").add(titles), body));
    }

    /// @param group any, if the stage is 0
    private Element row(Element title, Group group, int stage, List<String> categories) {
        Element row = Element.of("tr").add(title);
        for (String category : categories) {
            Slice slice = form.of(category);
            Cell cell = Cell.spread(behaviour.spread(group, stage, Figure.FULFILLED, slice), NumberFormat.SHARE);
            row.add(beside(cell.fill(Element.of("td")), group, stage, slice));
        }
        return row;
    }

    /// What stands below a share in small.
    private Element beside(Element cell, Group group, int stage, Slice slice) {
        Optional<Spread> share = behaviour.spread(group, stage, Figure.FULFILLED, slice);
        long rows = behaviour.rows(group, stage, Figure.FULFILLED, slice).orElse(0);
        if (rows < FEW) {
            cell.in("few");
        }
        List<String> beside = new ArrayList<>();
        if (share.isPresent() && rows > 0) {
            Interval interval = Interval.wilson(Math.round(share.get().mean() * rows), rows);
            beside.add(Text.format(
                    "%s to %s of %,d",
                    NumberFormat.SHARE.text(interval.low()), NumberFormat.SHARE.text(interval.high()), rows));
        }
        Optional<Spread> lost = behaviour.spread(group, stage, Figure.LOST, slice);
        Optional<Spread> regained = behaviour.spread(group, stage, Figure.REGAINED, slice);
        if (lost.isPresent() && regained.isPresent()) {
            long both = behaviour.rows(group, stage, Figure.LOST, slice).orElse(0);
            beside.add(Text.format(
                    "−%s +%s%s",
                    NumberFormat.NUMBER.tick(lost.get().mean()),
                    NumberFormat.NUMBER.tick(regained.get().mean()),
                    both == rows ? "" : Text.format(" of %,d", both)));
        }
        if (!beside.isEmpty()) {
            cell.add(Element.of("i", String.join(", ", beside)));
        }
        return cell;
    }
}
