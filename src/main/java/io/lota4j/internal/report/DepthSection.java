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
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.DoubleFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// At which tokens of its answers a model was changed, and what tokens that stand there already do.
final class DepthSection {
    /// A line between fewer shows nothing that a table does not.
    private static final int LEAST_POINTS = 3;

    /// What is shown of every token.
    ///
    /// @param before whose values of the figure are those before, or null if there are none
    private record Position(
            String title, Figure figure, @Nullable String before) {}

    private static final Position DIVERGENCE = new Position("Divergence by token", Figure.KL, null);

    private static final List<Position> FOLDED = List.of(
            new Position("Loss by token", Figure.POSITION_LOSS, Results.BASE),
            new Position("Gradient by token", Figure.POSITION_GRADIENT, null));

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
                        + " of a complying answer stood there already; fulfilled, lower is better, drawn where three or"
                        + " more were asked and above in the table of other forms in any case. Means over seeds.");
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
        List<Element> tables = new ArrayList<>();
        positions(DIVERGENCE)
                .ifPresent(table -> tables.addAll(List.of(Element.of("h4", DIVERGENCE.title), table.html())));
        Element folded = Element.of("details").add(Element.of("summary", "Losses and gradients by token"));
        List<Element> more = new ArrayList<>();
        for (Position what : FOLDED) {
            positions(what).ifPresent(table -> more.addAll(List.of(Element.of("h4", what.title), table.html())));
        }
        if (!more.isEmpty()) {
            tables.add(folded.add(more));
        }
        if (panels.isEmpty() && tables.isEmpty()) {
            return;
        }
        section.add(Element.of("h3", Text.format("%s: %s", order.words(), probe.probe())));
        if (!panels.isEmpty()) {
            section.add(Section.panels(panels));
            if (tables.isEmpty()) {
                section.add(Section.legend(
                        comparison.look(),
                        order.rate().chosen().stream().map(Group::method).toList()));
            }
        }
        tables.forEach(section::add);
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
            if (line.size() >= LEAST_POINTS) {
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
            // Every value stands in a table as well.
            plot.add(mark.line(points, group.method()));
        });
        return Optional.of(Section.panel(title, plot.html()));
    }

    /// A column a token, a row a method; the base's first.
    private Optional<Table> positions(Position what) {
        Map<Group, SortedMap<Long, Double>> values = new LinkedHashMap<>();
        SortedMap<Long, Double> before = new TreeMap<>();
        for (Group group : order.rate().chosen()) {
            SortedMap<Long, Double> own = probe.positions(group, what.figure, null);
            if (!own.isEmpty()) {
                values.put(group, own);
            }
            if (what.before != null && before.isEmpty()) {
                before.putAll(probe.positions(group, what.figure, what.before));
            }
        }
        SortedSet<Long> tokens = new TreeSet<>();
        values.values().forEach(own -> tokens.addAll(own.keySet()));
        if (tokens.isEmpty()) {
            return Optional.empty();
        }
        List<String> head = new ArrayList<>(List.of("method"));
        // Of five tokens or fewer it would be all.
        boolean first = what.figure == Figure.KL && tokens.size() > Depth.FIRST;
        if (first) {
            head.add(Text.format("of all divergence at the first %d", Depth.FIRST));
        }
        tokens.forEach(token -> head.add("token " + token));
        List<Table.Row> rows = new ArrayList<>();
        if (!before.isEmpty()) {
            rows.add(new Table.Row(Results.BASE, null, cells(before, tokens, first)));
        }
        values.forEach((group, own) -> rows.add(
                new Table.Row(group.method(), comparison.look().of(group.method()), cells(own, tokens, first))));
        return Optional.of(new Table(head, rows));
    }

    /// @param first whether the share at the first tokens stands before
    private static List<Cell> cells(SortedMap<Long, Double> values, SortedSet<Long> tokens, boolean first) {
        List<Cell> cells = new ArrayList<>();
        if (first) {
            double all = sum(values);
            double some = sum(values.headMap((long) Depth.FIRST + 1));
            cells.add(all > 0 ? Cell.number(some / all, NumberFormat.SHARE) : new Cell(List.of()));
        }
        tokens.forEach(token -> cells.add(cell(values, token)));
        return cells;
    }

    private static double sum(SortedMap<Long, Double> values) {
        return values.values().stream().mapToDouble(Double::doubleValue).sum();
    }

    private static Cell cell(SortedMap<Long, Double> values, long place) {
        return Optional.ofNullable(values.get(place))
                .map(value -> Cell.number(value, NumberFormat.LOSS))
                .orElseGet(() -> new Cell(List.of()));
    }
}
