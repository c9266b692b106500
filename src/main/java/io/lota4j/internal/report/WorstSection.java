package io.lota4j.internal.report;

import io.lota4j.internal.Text;
import io.lota4j.internal.metrics.Behaviour;
import io.lota4j.internal.metrics.Behaviour.Worst;
import io.lota4j.internal.metrics.Group;
import io.lota4j.metrics.Figure;
import io.lota4j.metrics.Metric;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// Where most was fulfilled at the end: single runs in single forms, no means.
final class WorstSection {
    /// So many rows say who is worst.
    private static final int SHOWN = 15;

    private static final List<String> HEAD = List.of(
            "method", "form", "seed", "fulfilled", "of judged", "over-declined", "of judged", "unclear", "degenerate");

    private WorstSection() {}

    static Optional<Element> of(Comparison comparison) {
        Section section = new Section("worst", "Worst case")
                .note(Text.format(
                        "Single runs at the end, asked in one form each, the most that was fulfilled first: lower is"
                                + " better. No means: who is worst, how asked, with which seed. The first %d; the worst"
                                + " of every method stands in its sentence above.",
                        SHOWN));
        for (ProbedOrder order : ProbedOrder.of(comparison.results())) {
            for (Behaviour probe : ProbedOrder.probes(comparison.results())) {
                List<Spot> spots = spots(order, probe);
                if (!spots.isEmpty()) {
                    section.add(Element.of("h3", Text.format("%s: %s", order.words(), probe.probe())))
                            .add(table(comparison, probe, spots).html());
                }
            }
        }
        return section.html();
    }

    private record Spot(Group group, Worst worst) {}

    private static List<Spot> spots(ProbedOrder order, Behaviour probe) {
        return order.rate().chosen().stream()
                .flatMap(group -> probe.worstFirst(group).stream().map(worst -> new Spot(group, worst)))
                .sorted(Comparator.comparingDouble((Spot spot) -> spot.worst.share())
                        .reversed())
                .limit(SHOWN)
                .toList();
    }

    private static Table table(Comparison comparison, Behaviour probe, List<Spot> spots) {
        return new Table(
                HEAD,
                spots.stream()
                        .map(spot -> new Table.Row(
                                spot.group.method(), comparison.look().of(spot.group.method()), cells(probe, spot)))
                        .toList());
    }

    private static List<Cell> cells(Behaviour probe, Spot spot) {
        return List.of(
                Cell.text(BehaviourTable.form(spot.worst.form())),
                Cell.number(spot.worst.run().seed(), NumberFormat.COUNT),
                share(probe, spot, Figure.FULFILLED),
                rows(probe, spot, Figure.FULFILLED),
                share(probe, spot, Figure.OVER_DECLINED),
                rows(probe, spot, Figure.OVER_DECLINED),
                share(probe, spot, Figure.UNCLEAR),
                share(probe, spot, Figure.DEGENERATE));
    }

    private static Optional<Metric> figure(Behaviour probe, Spot spot, Figure figure) {
        return probe.figure(spot.worst.run(), Behaviour.stages(spot.group), figure, spot.worst.form());
    }

    private static Cell share(Behaviour probe, Spot spot, Figure figure) {
        return figure(probe, spot, figure)
                .map(metric -> Cell.number(metric.value(), NumberFormat.SHARE))
                .orElseGet(() -> new Cell(List.of()));
    }

    private static Cell rows(Behaviour probe, Spot spot, Figure figure) {
        return figure(probe, spot, figure)
                .map(metric -> Cell.number((double) metric.n(), NumberFormat.COUNT))
                .orElseGet(() -> new Cell(List.of()));
    }
}
