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
    /// Points of a chart about at most, and of a line: steps beyond are averaged. Lines between many others need no
    /// detail.
    private static final int ALL_POINTS = 400;

    private static final int MOST_POINTS = 80;
    private static final int LEAST_POINTS = 12;

    private CurvesSection() {}

    static Optional<Element> of(Comparison comparison) {
        Section section = new Section("curves", "Training losses")
                .note("Mean over seeds, at the rate of each method with the best mean of all tasks at the end;"
                        + Text.format(
                                " neighbouring steps are averaged to at most %d points a line, of many lines to fewer"
                                        + " (%d at least). Every step's loss is in metrics.jsonl.",
                                MOST_POINTS, LEAST_POINTS));
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
        List<Group> groups = new ArrayList<>();
        for (Selection one : comparison.alone()) {
            String task = one.chosen().getFirst().order().getFirst();
            Optional<Sequence> begun = comparison.sequences().stream()
                    .filter(sequence -> sequence.order().getFirst().equals(task)
                            && losses(comparison, sequence.selection(), 1).equals(losses(comparison, one, 1)))
                    .findFirst();
            if (begun.isPresent()) {
                section.add(Element.of(
                                "p",
                                Text.format(
                                        "The losses of %s alone are those of the first stage of %s.",
                                        task, begun.get().words()))
                        .in("note"));
            } else {
                chart(comparison, one, 1, task).ifPresent(alone::add);
                groups.addAll(one.chosen());
            }
        }
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
        int most = Math.clamp(ALL_POINTS / selection.chosen().size(), LEAST_POINTS, MOST_POINTS);
        Map<Group, List<double[]>> lines = new LinkedHashMap<>();
        for (Group group : selection.chosen()) {
            List<double[]> line = thinned(steps(comparison, group, stage), most);
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

    /// By method the mean losses of a stage, by step.
    private static Map<String, SortedMap<Long, Double>> losses(Comparison comparison, Selection selection, int stage) {
        Map<String, SortedMap<Long, Double>> losses = new LinkedHashMap<>();
        selection.chosen().forEach(group -> losses.put(group.method(), steps(comparison, group, stage)));
        return losses;
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

    private static List<double[]> thinned(SortedMap<Long, Double> steps, int most) {
        int bin = Math.ceilDiv(Math.max(1, steps.size()), most);
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
