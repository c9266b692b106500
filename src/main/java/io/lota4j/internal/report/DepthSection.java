package io.lota4j.internal.report;

import io.lota4j.guard.Depth;
import io.lota4j.internal.Text;
import io.lota4j.internal.metrics.Behaviour;
import io.lota4j.internal.metrics.Group;
import io.lota4j.internal.metrics.Results;
import io.lota4j.internal.metrics.Slice;
import io.lota4j.metrics.Figure;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.DoubleFunction;
import java.util.function.Function;

/// At which tokens of its answers a model was changed, and what tokens that stand there already do.
final class DepthSection {
    private final Comparison comparison;
    private final ProbedOrder order;
    private final Behaviour probe;

    private DepthSection(Comparison comparison, ProbedOrder order, Behaviour probe) {
        this.comparison = comparison;
        this.order = order;
        this.probe = probe;
    }

    static Optional<Element> of(Comparison comparison) {
        Section section = new Section("depth", "How deep")
                .note("By token of the answers to requests to decline, from the first: the divergence KL(now || base)"
                        + " of what is expected there, nats, and the loss of the token, now and of the base. A change"
                        + " that is all in the first tokens is undone by whoever writes these. Prefill: so many tokens"
                        + " of a complying answer stood there already; fulfilled, lower is better. Means over seeds.");
        for (ProbedOrder order : ProbedOrder.of(comparison.results())) {
            for (Behaviour probe : ProbedOrder.probes(comparison.results())) {
                new DepthSection(comparison, order, probe).add(section);
            }
        }
        return section.html();
    }

    private void add(Section section) {
        List<Element> panels = new ArrayList<>();
        order.byMethod().forEach((method, groups) -> {
            chart(
                            method + ": divergence by token",
                            "KL, nats",
                            "token",
                            NumberFormat.NUMBER::tick,
                            groups,
                            group -> probe.positions(group, Figure.KL, null))
                    .ifPresent(panels::add);
            chart(
                            method + ": fulfilled by prefill",
                            "fulfilled",
                            "tokens that stand there",
                            NumberFormat.SHARE::tick,
                            groups,
                            this::prefilled)
                    .ifPresent(panels::add);
        });
        if (panels.isEmpty()) {
            return;
        }
        section.add(Element.of("h3", Text.format("%s: %s", order.words(), probe.probe())))
                .add(Section.panels(panels))
                .add(Section.legend(
                        comparison.look(),
                        order.rate().chosen().stream().map(Group::method).toList()));
        Table shares = shares();
        if (!shares.rows().isEmpty()) {
            section.add(shares.html());
        }
        order.rate().chosen().forEach(group -> {
            Table table = positions(group);
            if (!table.rows().isEmpty()) {
                section.add(Element.of("details")
                        .add(Element.of("summary", group.method() + ": every token"))
                        .add(table.html()));
            }
        });
    }

    /// Shares fulfilled in the usual template, by what stands before the answer.
    private SortedMap<Long, Double> prefilled(Group group) {
        SortedMap<Long, Double> shares = new TreeMap<>();
        Slice usual = probe.usual();
        for (Slice form : probe.forms()) {
            if (form.template().equals(usual.template()) && form.mutation() == null) {
                probe.spread(group, Behaviour.stages(group), Figure.FULFILLED, form)
                        .ifPresent(share -> shares.put((long) form.prefill(), share.mean()));
            }
        }
        return shares;
    }

    private Optional<Element> chart(
            String title,
            String what,
            String along,
            DoubleFunction<String> unit,
            List<Group> groups,
            Function<Group, SortedMap<Long, Double>> values) {
        Map<Group, SortedMap<Long, Double>> lines = new LinkedHashMap<>();
        for (Group group : groups) {
            SortedMap<Long, Double> line = values.apply(group);
            if (line.size() > 1) {
                lines.put(group, line);
            }
        }
        if (lines.isEmpty()) {
            return Optional.empty();
        }
        List<Double> heights = new ArrayList<>(List.of(0.0));
        List<Double> places = new ArrayList<>();
        lines.values().forEach(line -> {
            heights.addAll(line.values());
            line.keySet().forEach(place -> places.add((double) place));
        });
        Plot plot = new Plot(title).y(what, heights, unit).x(along, places, NumberFormat.COUNT::tick, false);
        lines.forEach((group, line) -> {
            MethodMarks.Mark mark = comparison.look().of(group.method());
            List<double[]> points = new ArrayList<>();
            line.forEach((place, value) -> points.add(new double[] {plot.x(place), plot.y(value)}));
            plot.add(Svg.polyline(points).in("line c" + mark.colour()).add(Svg.title(group.method())));
            line.forEach((place, value) ->
                    plot.add(mark.at(plot.x(place), plot.y(value), 3).with("data-value", value)));
        });
        return Optional.of(Section.panel(title, plot.html()));
    }

    private Table shares() {
        List<Table.Row> rows = new ArrayList<>();
        for (Group group : order.rate().chosen()) {
            SortedMap<Long, Double> kl = probe.positions(group, Figure.KL, null);
            double all = kl.values().stream().mapToDouble(Double::doubleValue).sum();
            if (all > 0) {
                double first = kl.headMap((long) Depth.FIRST + 1).values().stream()
                        .mapToDouble(Double::doubleValue)
                        .sum();
                rows.add(new Table.Row(
                        group.method(),
                        comparison.look().of(group.method()),
                        List.of(
                                Cell.number(kl.size(), NumberFormat.COUNT),
                                cell(kl, kl.firstKey()),
                                // Of five tokens or fewer it would be all.
                                kl.size() > Depth.FIRST
                                        ? Cell.number(first / all, NumberFormat.SHARE)
                                        : new Cell(List.of()))));
            }
        }
        return new Table(
                        List.of(
                                "method",
                                "tokens compared",
                                "divergence at the first",
                                Text.format("of all divergence at the first %d", Depth.FIRST)),
                        rows)
                .withoutEmptyColumns();
    }

    private Table positions(Group group) {
        SortedMap<Long, Double> kl = probe.positions(group, Figure.KL, null);
        SortedMap<Long, Double> now = probe.positions(group, Figure.POSITION_LOSS, null);
        SortedMap<Long, Double> base = probe.positions(group, Figure.POSITION_LOSS, Results.BASE);
        SortedMap<Long, Double> gradient = probe.positions(group, Figure.POSITION_GRADIENT, null);
        List<Table.Row> rows = new ArrayList<>();
        kl.forEach((place, value) -> rows.add(new Table.Row(
                Long.toString(place),
                null,
                List.of(
                        Cell.number(value, NumberFormat.LOSS),
                        cell(base, place),
                        cell(now, place),
                        cell(gradient, place)))));
        return new Table(List.of("token", "divergence", "loss before", "loss now", "gradient"), rows)
                .withoutEmptyColumns();
    }

    private static Cell cell(SortedMap<Long, Double> values, long place) {
        return Optional.ofNullable(values.get(place))
                .map(value -> Cell.number(value, NumberFormat.LOSS))
                .orElseGet(() -> new Cell(List.of()));
    }
}
