package io.lota4j.internal.report;

import io.lota4j.guard.Interval;
import io.lota4j.internal.Text;
import io.lota4j.internal.metrics.Results;
import io.lota4j.metrics.Figure;
import io.lota4j.metrics.Metric;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What detectors of hidden behaviours find: share found, false alarms, and both at every rate.
final class DetectorSection {
    private DetectorSection() {}

    static Optional<Element> of(Comparison comparison) {
        Results results = comparison.results();
        List<Metric> alarms = results.metrics().stream()
                .filter(metric ->
                        metric.figure() == Figure.FALSE_ALARMS && metric.where().slice() == null)
                .toList();
        Section section = new Section("detector", "Detector")
                .note("Share of inputs that trigger a hidden behaviour with an alert (higher is better), and of clean"
                        + " test inputs, answered right, with one (lower is better; the rate that was asked for is"
                        + " promised for those alone). AUROC: chance that a triggered input is more suspicious than a"
                        + " clean one. Without known triggers nothing is said of what is found.");
        if (!alarms.isEmpty()) {
            section.add(new Table(
                            List.of("suspect", "AUROC", "found", "false alarms", "interval of 95%", "clean inputs"),
                            alarms.stream().map(one -> row(results, one)).toList())
                    .withoutEmptyColumns()
                    .html());
            List<Element> charts = alarms.stream()
                    .flatMap(one -> chart(results, one.where()).stream())
                    .toList();
            if (!charts.isEmpty()) {
                section.add(Section.panels(charts));
            }
        }
        return section.html();
    }

    private static Table.Row row(Results results, Metric alarms) {
        Interval interval = Interval.wilson(Math.round(alarms.value() * alarms.n()), alarms.n());
        return new Table.Row(
                alarms.where().run(),
                null,
                List.of(
                        value(results, alarms.where(), Figure.AUROC, NumberFormat.LOSS),
                        value(results, alarms.where(), Figure.FOUND, NumberFormat.SHARE),
                        Cell.number(alarms.value(), NumberFormat.SHARE),
                        Cell.range(interval.low(), interval.high(), NumberFormat.SHARE),
                        Cell.number((double) alarms.n(), NumberFormat.COUNT)));
    }

    private static Cell value(Results results, Metric.Where where, Figure figure, NumberFormat unit) {
        return results.of(where.run(), figure).stream()
                .filter(metric -> metric.where().equals(where))
                .findFirst()
                .map(metric -> Cell.number(metric.value(), unit))
                .orElse(new Cell(List.of()));
    }

    /// Found against false alarms, a point a rate.
    private static Optional<Element> chart(Results results, Metric.Where whole) {
        List<double[]> points = new ArrayList<>();
        for (Metric found : results.of(whole.run(), Figure.FOUND)) {
            results.of(whole.run(), Figure.FALSE_ALARMS).stream()
                    .filter(alarms ->
                            found.where().slice() != null && alarms.where().equals(found.where()))
                    .findFirst()
                    .ifPresent(alarms -> points.add(new double[] {alarms.value(), found.value()}));
        }
        if (points.size() < 2) {
            return Optional.empty();
        }
        List<Double> ends = List.of(0.0, 1.0);
        Plot plot = new Plot("found against false alarms, " + whole.run())
                .y("found", ends, NumberFormat.SHARE::tick)
                .x("false alarms", ends, NumberFormat.SHARE::tick, false);
        plot.add(Svg.line(plot.x(0), plot.y(0), plot.x(1), plot.y(1)).in("grid"));
        MethodMarks.Mark mark = MethodMarks.of(List.of(whole.run()).stream()).of(whole.run());
        for (double[] point : points) {
            plot.add(mark.at(plot.x(point[0]), plot.y(point[1]), 3)
                    .add(Svg.title(Text.format(
                            "found %s, false alarms %s",
                            NumberFormat.SHARE.text(point[1]), NumberFormat.SHARE.text(point[0])))));
        }
        return Optional.of(Section.panel(whole.run(), plot.html()));
    }
}
