package io.lota4j.internal.report;

import io.lota4j.internal.Text;
import io.lota4j.internal.metrics.Criterion;
import io.lota4j.internal.metrics.Group;
import io.lota4j.internal.metrics.Selection;
import io.lota4j.internal.metrics.Spread;
import io.lota4j.metrics.Figure;
import io.lota4j.metrics.Metric.Split;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;

/// Scores against sparsity, methods of no sparsity as lines across.
final class SparsitySection {
    /// Between the marks of two series, in the chart's units.
    private static final double BESIDE = 9;

    private final MethodMarks look;
    private final List<Group> groups;
    private final List<Double> sparsities;

    private SparsitySection(List<Group> groups) {
        this(groups, MethodMarks.of(groups.stream().map(SparsitySection::series)));
    }

    private SparsitySection(List<Group> groups, MethodMarks look) {
        this.groups = groups;
        this.look = look;
        this.sparsities = List.copyOf(
                new TreeSet<>(groups.stream().flatMap(g -> sparsity(g).stream()).toList()));
    }

    static Optional<Element> of(Comparison comparison) {
        Section section = new Section("sparsity", "Against sparsity")
                .note("Sparsity is the frozen share of the weights that a mask may choose from; its values are spaced"
                        + " evenly. Test rows, at the rate of each method with the best mean of all tasks; bars are"
                        + " standard deviations over seeds. Lines across: methods that have no sparsity.");
        for (Sequence sequence : comparison.sequences()) {
            SparsitySection made = new SparsitySection(sequence.selection().chosen());
            Figure figure = sequence.primary(comparison.results()).figure();
            Criterion test = new Criterion(figure, Split.TEST);
            made.addTo(
                    section,
                    sequence.words(),
                    List.of(
                            made.chart(
                                    Text.format("mean %s of all tasks at the end", Phrases.figure(figure)),
                                    "mean of all tasks",
                                    NumberFormat.of(figure),
                                    g -> test.average(comparison.results(), g)),
                            made.chart(
                                    "kept of the earlier tasks",
                                    "kept",
                                    NumberFormat.SHARE,
                                    g -> test.kept(comparison.results(), g))));
        }
        alone(comparison, section);
        return section.html();
    }

    private static void alone(Comparison comparison, Section section) {
        List<Optional<Element>> charts = new ArrayList<>();
        SparsitySection all = new SparsitySection(
                comparison.alone().stream().flatMap(s -> s.chosen().stream()).toList());
        for (Selection alone : comparison.alone()) {
            SparsitySection made = new SparsitySection(alone.chosen(), all.look);
            List<String> order = alone.chosen().getFirst().order();
            for (Figure figure : Sequence.figures(comparison.results(), order)) {
                Criterion test = new Criterion(figure, Split.TEST);
                charts.add(made.chart(
                        Text.format("%s, %s", order.getFirst(), Phrases.figure(figure)),
                        Phrases.figure(figure),
                        NumberFormat.of(figure),
                        g -> test.average(comparison.results(), g)));
            }
        }
        all.addTo(section, "Each task alone", charts);
    }

    private void addTo(Section section, String title, List<Optional<Element>> charts) {
        if (sparsities.size() > 1 && charts.stream().anyMatch(Optional::isPresent)) {
            section.add(Element.of("h3", title));
            section.add(Section.panels(charts.stream().flatMap(Optional::stream).toList()));
            section.add(Section.legend(
                    look,
                    groups.stream().map(SparsitySection::series).distinct().toList()));
        }
    }

    private static Optional<Double> sparsity(Group group) {
        return Optional.ofNullable(group.runs().getFirst().sparsity());
    }

    /// A method's name without its sparsity.
    private static String series(Group group) {
        return sparsity(group).isEmpty()
                ? group.method()
                : group.method().replaceAll("\\s*\\d+(\\.\\d+)?%", "").strip();
    }

    /// A group's place.
    private record Spot(Group group, Spread score) {}

    private Optional<Element> chart(
            String title, String axis, NumberFormat unit, Function<Group, Optional<Spread>> score) {
        List<Spot> spots = groups.stream()
                .flatMap(g -> score.apply(g).map(s -> new Spot(g, s)).stream())
                .toList();
        if (spots.isEmpty()) {
            return Optional.empty();
        }
        List<Double> values = new ArrayList<>();
        for (Spot spot : spots) {
            double deviation = spot.score().deviation().orElse(0);
            values.addAll(List.of(spot.score().mean() - deviation, spot.score().mean() + deviation));
        }
        Plot plot = new Plot(title + " against sparsity")
                .y(axis, values, unit::tick)
                .x("sparsity", sparsities.stream().map(NumberFormat.SHARE::tick).toList());
        spots.stream().map(s -> series(s.group())).distinct().forEach(name -> draw(plot, name, spots, unit));
        return Optional.of(Section.panel(title, plot.html()));
    }

    private void draw(Plot plot, String name, List<Spot> all, NumberFormat unit) {
        MethodMarks.Mark mark = look.of(name);
        List<Spot> spots =
                all.stream().filter(s -> series(s.group()).equals(name)).toList();
        List<double[]> line = spots.stream()
                .flatMap(s ->
                        x(plot, s).map(x -> new double[] {x, plot.y(s.score().mean())}).stream())
                .sorted(Comparator.comparingDouble(p -> p[0]))
                .toList();
        if (line.size() > 1) {
            plot.add(Svg.polyline(line).in("line c" + mark.colour()));
        }
        spots.forEach(spot -> plot.add(mark(plot, mark, spot, unit)));
    }

    /// Series stand a little beside each other, so that none hides another.
    private Optional<Double> x(Plot plot, Spot spot) {
        List<String> series = groups.stream()
                .filter(g -> sparsity(g).isPresent())
                .map(SparsitySection::series)
                .distinct()
                .toList();
        double beside = BESIDE * (series.indexOf(series(spot.group())) - (series.size() - 1) / 2.0);
        return sparsity(spot.group()).map(s -> plot.x(sparsities.indexOf(s)) + beside);
    }

    private Element mark(Plot plot, MethodMarks.Mark mark, Spot spot, NumberFormat unit) {
        Spread score = spot.score();
        String words = Text.format(
                "%s: %s",
                spot.group().method(), Cell.spread(Optional.of(score), unit).plain());
        Element group = Element.of("g").with("data-value", score.mean()).add(Svg.title(words));
        double y = plot.y(score.mean());
        if (x(plot, spot).isEmpty()) {
            double end = sparsities.size() - 0.5;
            return group.add(
                    Svg.line(plot.x(-0.5), y, plot.x(end), y).in("across c" + mark.colour()),
                    mark.at(plot.x(end) - 8, y, 4));
        }
        double x = x(plot, spot).orElseThrow();
        double deviation = score.deviation().orElse(0);
        return group.add(
                Svg.line(x, plot.y(score.mean() - deviation), x, plot.y(score.mean() + deviation))
                        .in("bar c" + mark.colour()),
                mark.at(x, y, 4.5));
    }
}
