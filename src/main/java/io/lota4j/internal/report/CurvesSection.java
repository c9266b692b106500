package io.lota4j.internal.report;

import io.lota4j.internal.Text;
import io.lota4j.internal.metrics.Group;
import io.lota4j.internal.metrics.RunFile.Run;
import io.lota4j.internal.metrics.Selection;
import io.lota4j.metrics.Figure;
import io.lota4j.metrics.Metric;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// Training losses, a chart a task.
final class CurvesSection {
    /// Points of a line at most: steps beyond are averaged.
    private static final int POINTS = 80;

    private CurvesSection() {}

    static Optional<Element> of(Comparison comparison) {
        Section section = new Section("curves", "Training losses")
                .note("Mean over seeds, at the rate of each method with the best mean of all tasks at the end;"
                        + " neighbouring"
                        + Text.format(" steps are averaged where there are more than %d.", POINTS));
        for (Sequence sequence : comparison.sequences()) {
            List<Element> charts = new ArrayList<>();
            for (int stage = 1; stage <= sequence.order().size(); stage++) {
                chart(
                                comparison,
                                sequence.selection(),
                                stage,
                                Text.format("%d. %s", stage, sequence.order().get(stage - 1)))
                        .ifPresent(charts::add);
            }
            add(section, comparison, sequence.words(), sequence.selection().chosen(), charts);
        }
        List<Element> alone = new ArrayList<>();
        for (Selection one : comparison.alone()) {
            String task = one.chosen().getFirst().order().getFirst();
            chart(comparison, one, 1, task).ifPresent(alone::add);
        }
        List<Group> groups =
                comparison.alone().stream().flatMap(s -> s.chosen().stream()).toList();
        add(section, comparison, "Each task alone", groups, alone);
        return section.html();
    }

    private static void add(
            Section section, Comparison comparison, String title, List<Group> groups, List<Element> charts) {
        if (!charts.isEmpty()) {
            section.add(Element.of("h3", title));
            section.add(Section.panels(charts));
            section.add(Section.legend(
                    comparison.look(),
                    groups.stream().map(Group::method).distinct().toList()));
        }
    }

    private static Optional<Element> chart(Comparison comparison, Selection selection, int stage, String title) {
        Map<Group, List<double[]>> lines = new LinkedHashMap<>();
        for (Group group : selection.chosen()) {
            List<double[]> line = thinned(steps(comparison, group, stage));
            if (line.size() > 1) {
                lines.put(group, line);
            }
        }
        if (lines.isEmpty()) {
            return Optional.empty();
        }
        List<double[]> points = lines.values().stream().flatMap(List::stream).toList();
        Plot plot = new Plot("training loss by step, " + title)
                .y("loss", points.stream().map(p -> p[1]).toList(), NumberFormat.LOSS::tick)
                .x("step", points.stream().map(p -> p[0]).toList(), NumberFormat.COUNT::tick, false);
        lines.forEach((group, line) -> plot.add(Svg.polyline(line.stream()
                        .map(p -> new double[] {plot.x(p[0]), plot.y(p[1])})
                        .toList())
                .in("line c" + comparison.look().of(group.method()).colour())
                .add(Svg.title(group.method()))));
        return Optional.of(Section.panel(title, plot.html()));
    }

    /// Mean loss over seeds by step.
    private static SortedMap<Long, Double> steps(Comparison comparison, Group group, int stage) {
        SortedMap<Long, List<Double>> values = new TreeMap<>();
        for (Run run : group.runs()) {
            for (Metric metric : comparison.results().of(run.name(), Figure.TRAIN_LOSS)) {
                Long step = metric.where().step();
                if (metric.where().stage() == stage && step != null) {
                    values.computeIfAbsent(step, s -> new ArrayList<>()).add(metric.value());
                }
            }
        }
        SortedMap<Long, Double> means = new TreeMap<>();
        values.forEach((step, all) -> means.put(step, mean(all)));
        return means;
    }

    private static List<double[]> thinned(SortedMap<Long, Double> steps) {
        int bin = Math.ceilDiv(Math.max(1, steps.size()), POINTS);
        List<double[]> points = new ArrayList<>();
        List<Map.Entry<Long, Double>> all = List.copyOf(steps.entrySet());
        for (int from = 0; from < all.size(); from += bin) {
            List<Map.Entry<Long, Double>> some = all.subList(from, Math.min(all.size(), from + bin));
            points.add(new double[] {
                mean(some.stream().map(e -> (double) e.getKey()).toList()),
                mean(some.stream().map(Map.Entry::getValue).toList())
            });
        }
        return points;
    }

    private static double mean(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
    }
}
