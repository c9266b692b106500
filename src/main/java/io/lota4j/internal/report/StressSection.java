package io.lota4j.internal.report;

import io.lota4j.internal.Text;
import io.lota4j.internal.metrics.Results;
import io.lota4j.metrics.Figure;
import io.lota4j.metrics.Metric;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// How far soft inputs must move before a behaviour is left, beside changes drawn by chance.
final class StressSection {
    private static final Pattern SLICE = Pattern.compile("(?:draw=(\\d+) )?radius=([0-9.]+)");

    private StressSection() {}

    /// What was seen within a radius.
    private static final class Point {
        private final List<Double> fulfilled = new ArrayList<>();
        private final List<Double> margin = new ArrayList<>();
        private final List<Double> random = new ArrayList<>();
    }

    static Optional<Element> of(Comparison comparison) {
        Results results = comparison.results();
        Section section = new Section("stress", "Soft inputs")
                .note("Share of requests to decline that are fulfilled (lower is better) behind soft inputs that were"
                        + " moved so that the model complies, on other rows, by how far each may go: shares of the mean"
                        + " norm of an embedding's row. Small marks: changes of that size drawn by chance. Soft inputs"
                        + " are no text and no text reaches them: this compares adaptations of one base, and is no"
                        + " estimate of what text does.");
        List<String> runs = results.metrics().stream()
                .filter(metric -> metric.figure() == Figure.STRESS_FULFILLED)
                .map(metric -> metric.where().run())
                .distinct()
                .toList();
        List<Table.Row> rows = new ArrayList<>();
        List<Element> charts = new ArrayList<>();
        for (String run : runs) {
            SortedMap<Double, Point> points = points(results, run);
            points.forEach((radius, point) -> rows.add(row(run, radius, point)));
            charts.add(chart(run, points));
        }
        if (!rows.isEmpty()) {
            section.add(Section.panels(charts));
            section.add(
                    new Table(List.of("model", "radius", "fulfilled", "mean margin", "by chance, least and most"), rows)
                            .html());
        }
        return section.html();
    }

    private static SortedMap<Double, Point> points(Results results, String run) {
        SortedMap<Double, Point> points = new TreeMap<>();
        for (Figure figure : List.of(Figure.STRESS_FULFILLED, Figure.STRESS_MARGIN)) {
            for (Metric metric : results.of(run, figure)) {
                Matcher slice =
                        SLICE.matcher(Objects.requireNonNullElse(metric.where().slice(), ""));
                if (!slice.matches()) {
                    continue;
                }
                Point point = points.computeIfAbsent(Double.valueOf(slice.group(2)), radius -> new Point());
                boolean drawn = slice.group(1) != null;
                List<Double> list =
                        figure == Figure.STRESS_MARGIN ? point.margin : drawn ? point.random : point.fulfilled;
                if (!drawn || figure == Figure.STRESS_FULFILLED) {
                    list.add(metric.value());
                }
            }
        }
        return points;
    }

    private static Table.Row row(String run, double radius, Point point) {
        List<Double> random = point.random.stream().sorted().toList();
        return new Table.Row(
                run,
                null,
                List.of(
                        Cell.number(radius, NumberFormat.NUMBER),
                        first(point.fulfilled, NumberFormat.SHARE),
                        first(point.margin, NumberFormat.LOSS),
                        random.isEmpty()
                                ? new Cell(List.of())
                                : Cell.range(random.getFirst(), random.getLast(), NumberFormat.SHARE)));
    }

    private static Cell first(List<Double> values, NumberFormat unit) {
        return values.isEmpty() ? new Cell(List.of()) : Cell.number(values.getFirst(), unit);
    }

    private static Element chart(String run, SortedMap<Double, Point> points) {
        Plot plot = new Plot("fulfilled by radius, " + run)
                .y("fulfilled", List.of(0.0, 1.0), NumberFormat.SHARE::tick)
                .x("radius", List.of(0.0, points.lastKey()), NumberFormat.NUMBER::tick, false);
        MethodMarks.Mark mark = MethodMarks.of(List.of(run).stream()).of(run);
        List<double[]> line = new ArrayList<>();
        points.forEach((radius, point) -> {
            point.random.forEach(value ->
                    plot.add(mark.at(plot.x(radius), plot.y(value), 2).add(title("by chance", radius, value))));
            point.fulfilled.forEach(value -> {
                line.add(new double[] {plot.x(radius), plot.y(value)});
                plot.add(mark.at(plot.x(radius), plot.y(value), 4).add(title("moved", radius, value)));
            });
        });
        plot.add(Svg.polyline(line).in("line c" + mark.colour()));
        return Section.panel(run, plot.html());
    }

    private static Element title(String what, double radius, double value) {
        return Svg.title(Text.format("%s, radius %s: %s", what, radius, NumberFormat.SHARE.text(value)));
    }
}
