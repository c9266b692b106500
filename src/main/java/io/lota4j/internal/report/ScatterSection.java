package io.lota4j.internal.report;

import io.lota4j.internal.Text;
import io.lota4j.internal.metrics.Front;
import io.lota4j.internal.metrics.Front.Point;
import io.lota4j.internal.metrics.Group;
import io.lota4j.internal.metrics.Matched;
import io.lota4j.internal.metrics.Matrix;
import io.lota4j.internal.metrics.Results;
import io.lota4j.internal.metrics.RunFile.Run;
import io.lota4j.metrics.Direction;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Every run as a point: how well it learned the last task against what it kept of the earlier ones.
final class ScatterSection {
    private final Comparison comparison;
    private final Sequence sequence;
    private final Matched matched;
    private final Plot plot;

    private ScatterSection(Comparison comparison, Sequence sequence, Matched matched) {
        this.comparison = comparison;
        this.sequence = sequence;
        this.matched = matched;
        this.plot = new Plot(Text.format(
                "score on %s against what is kept of %s, by %s",
                sequence.last(), Phrases.list(sequence.earlier()), Phrases.figure(matched.figure())));
    }

    static Optional<Element> of(Comparison comparison) {
        Section section = new Section("scatter", "Learning against keeping")
                .note("Every run on test rows, all learning rates and seeds: up and to the right is better. Small marks"
                        + " are runs, large ones the means over seeds; a line joins the means of a method that none of"
                        + " its other rates beats in both.");
        for (Sequence sequence : comparison.sequences()) {
            List<Element> charts = sequence.matched().stream()
                    .flatMap(m -> new ScatterSection(comparison, sequence, m).chart().stream())
                    .toList();
            if (!charts.isEmpty()) {
                section.add(Section.panels(charts));
                section.add(Section.legend(
                        comparison.look(),
                        sequence.groups().stream().map(Group::method).distinct().toList()));
            }
        }
        return section.html();
    }

    /// A run's or a group's place.
    private record Spot(Group group, String name, Point at) {}

    private Optional<Element> chart() {
        List<Spot> runs = sequence.groups().stream()
                .flatMap(g -> g.runs().stream().flatMap(run -> spot(g, run).stream()))
                .toList();
        if (runs.isEmpty()) {
            return Optional.empty();
        }
        NumberFormat unit = NumberFormat.of(matched.figure());
        boolean lower = matched.figure().direction() == Direction.LOWER;
        plot.y("kept of the earlier", runs.stream().map(s -> s.at().kept()).toList(), NumberFormat.SHARE::tick)
                .x(
                        Text.format("%s on %s, better →", Phrases.figure(matched.figure()), sequence.last()),
                        runs.stream().map(s -> s.at().score()).toList(),
                        unit::tick,
                        lower);
        sequence.groups().stream().map(Group::method).distinct().forEach(this::front);
        runs.forEach(s -> plot.add(mark(s, 2.6).in("mark run c" + colour(s))));
        means(sequence.groups()).forEach(s -> plot.add(mark(s, 5.5)));
        return Optional.of(Section.panel(
                Text.format("%s: by %s", sequence.words(), Phrases.figure(matched.figure())), plot.html()));
    }

    private int colour(Spot spot) {
        return comparison.look().of(spot.group().method()).colour();
    }

    private Optional<Spot> spot(Group group, Run run) {
        Matrix matrix = comparison
                .results()
                .matrix(run, matched.reported().figure(), matched.reported().split());
        if (matrix.keptEarlier().isEmpty() || matrix.last(sequence.last()).isEmpty()) {
            return Optional.empty();
        }
        Point at = new Point(
                matrix.last(sequence.last()).getAsDouble(), matrix.keptEarlier().getAsDouble());
        return Optional.of(new Spot(group, "seed " + run.seed(), at));
    }

    private List<Spot> means(List<Group> groups) {
        Results results = comparison.results();
        List<Spot> means = new ArrayList<>();
        for (Group group : groups) {
            var last = matched.reported().last(results, group);
            var kept = matched.reported().kept(results, group);
            if (last.isPresent() && kept.isPresent()) {
                Point at = new Point(last.get().mean(), kept.get().mean());
                means.add(new Spot(group, "mean of " + Phrases.count(kept.get().n(), "seed"), at));
            }
        }
        return means;
    }

    private void front(String method) {
        List<Point> means =
                means(sequence.of(method).toList()).stream().map(Spot::at).toList();
        List<double[]> line = Front.of(means, matched.figure().direction()).stream()
                .map(p -> new double[] {plot.x(p.score()), plot.y(p.kept())})
                .toList();
        if (line.size() > 1) {
            plot.add(Svg.polyline(line)
                    .in("line c" + comparison.look().of(method).colour()));
        }
    }

    private Element mark(Spot spot, double radius) {
        Point at = spot.at();
        String words = Text.format(
                "%s, rate %s, %s: %s %s, kept %s",
                spot.group().method(),
                NumberFormat.RATE.text(spot.group().lr()),
                spot.name(),
                Phrases.figure(matched.figure()),
                NumberFormat.of(matched.figure()).text(at.score()),
                NumberFormat.SHARE.text(at.kept()));
        return comparison
                .look()
                .of(spot.group().method())
                .at(plot.x(at.score()), plot.y(at.kept()), radius)
                .with("data-score", at.score())
                .with("data-kept", at.kept())
                .add(Svg.title(words));
    }
}
