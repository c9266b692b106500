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

    /// A run's place, or the mean place of a group.
    private record Spot(Group group, Point at) {}

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
        for (Spot mean : means(sequence.groups())) {
            List<Spot> own =
                    runs.stream().filter(s -> s.group().equals(mean.group())).toList();
            plot.add(look(mean.group())
                    .group(words(mean, own.size()))
                    .add(
                            places(
                                    MethodMarks.Mark.runs(
                                            own.stream().map(this::xy).toList()),
                                    own),
                            places(look(mean.group()).bare(xy(mean)[0], xy(mean)[1], 5.5), List.of(mean))));
        }
        return Optional.of(Section.panel(
                Text.format("%s: by %s", sequence.words(), Phrases.figure(matched.figure())), plot.html()));
    }

    private MethodMarks.Mark look(Group group) {
        return comparison.look().of(group.method());
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
        return Optional.of(new Spot(group, at));
    }

    private List<Spot> means(List<Group> groups) {
        Results results = comparison.results();
        List<Spot> means = new ArrayList<>();
        for (Group group : groups) {
            var last = matched.reported().last(results, group);
            var kept = matched.reported().kept(results, group);
            if (last.isPresent() && kept.isPresent()) {
                Point at = new Point(last.get().mean(), kept.get().mean());
                means.add(new Spot(group, at));
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

    private String words(Spot mean, int seeds) {
        return Text.format(
                "%s, rate %s, %s: %s, kept %s",
                mean.group().method(),
                NumberFormat.RATE.text(mean.group().lr()),
                Phrases.count(seeds, "seed"),
                NumberFormat.of(matched.figure()).text(mean.at().score()),
                NumberFormat.SHARE.text(mean.at().kept()));
    }

    private double[] xy(Spot spot) {
        return new double[] {plot.x(spot.at().score()), plot.y(spot.at().kept())};
    }

    private static Element places(Element drawn, List<Spot> spots) {
        return drawn.with("data-score", spots.stream().map(s -> s.at().score()).toList())
                .with("data-kept", spots.stream().map(s -> s.at().kept()).toList());
    }
}
