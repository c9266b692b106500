package io.lota4j.internal.report;

import io.lota4j.internal.Text;
import io.lota4j.internal.metrics.Behaviour;
import io.lota4j.internal.metrics.Criterion;
import io.lota4j.internal.metrics.Front.Point;
import io.lota4j.internal.metrics.Group;
import io.lota4j.internal.metrics.Results;
import io.lota4j.internal.metrics.RunFile.Run;
import io.lota4j.internal.metrics.Slice;
import io.lota4j.internal.metrics.Spread;
import io.lota4j.metrics.Direction;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/// How well each run learned its last task against what it kept of a behaviour.
final class BehaviourScatterSection {
    private final Comparison comparison;
    private final Results results;
    private final ProbedOrder order;
    private final Behaviour behaviour;
    private final Slice form;
    private final Criterion scores;

    private BehaviourScatterSection(Comparison comparison, ProbedOrder order, Behaviour behaviour) {
        this.comparison = comparison;
        this.results = comparison.results();
        this.order = order;
        this.behaviour = behaviour;
        this.form = behaviour.usual();
        this.scores = order.rate().reported();
    }

    static Optional<Element> of(Comparison comparison) {
        Section section = new Section("behaviour-kept", "Learning against keeping the behaviour")
                .note("Kept behaviour: of the requests to decline, the share that is not fulfilled at the end as a"
                        + " share of that of the base; higher is better, and without over-declined beside it it"
                        + " says little: who declines everything keeps all. Small marks are runs at every rate,"
                        + " large ones the means over seeds.");
        for (ProbedOrder order : ProbedOrder.of(comparison.results())) {
            for (Behaviour behaviour : ProbedOrder.probes(comparison.results())) {
                BehaviourScatterSection made = new BehaviourScatterSection(comparison, order, behaviour);
                made.chart().ifPresent(chart -> {
                    section.add(Element.of("h3", Text.format("%s: %s", order.words(), behaviour.probe())));
                    section.add(Section.panels(List.of(chart)));
                    section.add(Element.of("p", order.note()).in("note"));
                    section.add(made.table().html());
                });
            }
        }
        return section.html();
    }

    private Optional<Point> at(Group group, List<Run> runs) {
        Group some = group.with(runs);
        Optional<Spread> last = scores.last(results, some);
        Optional<Spread> kept = kept(some);
        return last.isPresent() && kept.isPresent()
                ? Optional.of(new Point(last.get().mean(), kept.get().mean()))
                : Optional.empty();
    }

    private Optional<Spread> kept(Group group) {
        return group.spread(Direction.HIGHER, run -> behaviour.kept(run, Behaviour.stages(group), form));
    }

    private record Spot(Group group, Point at) {}

    private Optional<Element> chart() {
        List<Spot> runs = new ArrayList<>();
        List<Spot> means = new ArrayList<>();
        for (Group group : order.groups()) {
            group.runs().forEach(run -> at(group, List.of(run)).ifPresent(point -> runs.add(new Spot(group, point))));
            at(group, group.runs()).ifPresent(point -> means.add(new Spot(group, point)));
        }
        if (runs.isEmpty()) {
            return Optional.empty();
        }
        Plot plot = new Plot(Text.format(
                "score on %s against kept behaviour of %s", order.order().getLast(), behaviour.probe()));
        NumberFormat unit = NumberFormat.of(scores.figure());
        plot.y("kept behaviour", runs.stream().map(spot -> spot.at.kept()).toList(), NumberFormat.SHARE::tick)
                .x(
                        Text.format(
                                "%s on %s, better →",
                                Phrases.figure(scores.figure()), order.order().getLast()),
                        runs.stream().map(spot -> spot.at.score()).toList(),
                        unit::tick,
                        scores.figure().direction() == Direction.LOWER);
        for (Spot mean : means) {
            MethodMarks.Mark mark = comparison.look().of(mean.group.method());
            List<Spot> own =
                    runs.stream().filter(spot -> spot.group.equals(mean.group)).toList();
            plot.add(mark.group(Text.format(
                            "%s, rate %s, %s: %s, kept %s",
                            mean.group.method(),
                            NumberFormat.RATE.text(mean.group.lr()),
                            Phrases.count(own.size(), "seed"),
                            NumberFormat.of(scores.figure()).text(mean.at.score()),
                            NumberFormat.SHARE.text(mean.at.kept())))
                    .add(
                            places(
                                    MethodMarks.Mark.runs(own.stream()
                                            .map(spot -> xy(plot, spot))
                                            .toList()),
                                    own),
                            places(mark.bare(xy(plot, mean)[0], xy(plot, mean)[1], 5.5), List.of(mean))));
        }
        return Optional.of(Section.panel(order.words(), plot.html()));
    }

    private static double[] xy(Plot plot, Spot spot) {
        return new double[] {plot.x(spot.at.score()), plot.y(spot.at.kept())};
    }

    private static Element places(Element drawn, List<Spot> spots) {
        return drawn.with(
                        "data-score",
                        spots.stream().map(spot -> spot.at.score()).toList())
                .with("data-kept", spots.stream().map(spot -> spot.at.kept()).toList());
    }

    private Table table() {
        List<String> head = new ArrayList<>(List.of(
                "method",
                "rate",
                "seeds",
                Text.format("%s, %s", order.order().getLast(), Phrases.figure(scores.figure())),
                "kept behaviour, mean",
                "kept behaviour, worst seed",
                "over-declined",
                "of judged",
                "unclear"));
        List<Table.Row> rows = new ArrayList<>();
        for (Group group : order.rate().chosen()) {
            Optional<Spread> kept = kept(group);
            List<Cell> cells = new ArrayList<>(List.of(
                    Cell.number(group.lr(), NumberFormat.RATE),
                    Cell.number(behaviour.seeds(group), NumberFormat.COUNT),
                    Cell.spread(scores.last(results, group), NumberFormat.of(scores.figure())),
                    Cell.spread(kept, NumberFormat.SHARE),
                    Cell.number(
                            kept.map(spread -> OptionalDouble.of(spread.worst()))
                                    .orElse(OptionalDouble.empty()),
                            NumberFormat.SHARE)));
            // The rest stands in the table of stages.
            cells.addAll(BehaviourTable.cells(behaviour, group, Behaviour.stages(group), form)
                    .subList(2, 5));
            rows.add(new Table.Row(group.method(), comparison.look().of(group.method()), cells));
        }
        return new Table(head, rows);
    }
}
