package io.lota4j.internal.report;

import io.lota4j.internal.Text;
import io.lota4j.internal.metrics.Behaviour;
import io.lota4j.internal.metrics.Group;
import io.lota4j.internal.metrics.Results;
import io.lota4j.internal.metrics.RunFile;
import io.lota4j.internal.metrics.Slice;
import io.lota4j.internal.metrics.Spread;
import io.lota4j.metrics.Figure;
import io.lota4j.metrics.Metric;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.stream.Stream;

/// Where a behaviour lies, and what freezing or rewinding it did beside as many weights by
/// chance.
final class RegionSection {
    /// Shares that are nearer are not told apart.
    private static final double LEAST = 0.01;

    private final Comparison comparison;
    private final Results results;

    private RegionSection(Comparison comparison) {
        this.comparison = comparison;
        this.results = comparison.results();
    }

    static Optional<Element> of(Comparison comparison) {
        RegionSection made = new RegionSection(comparison);
        Section section = new Section("region", "Where it lies")
                .note("A region: the weights with the highest scores by answers that show the behaviour, without"
                        + " those with the highest by other rows. Overlap: weights in both tops as a share of those"
                        + " in either, beside what tops of these sizes would have by chance. A region that is frozen"
                        + " keeps its bits and a rewound one is the base there, which does not say that the behaviour"
                        + " stays.");
        made.regions()
                .forEach(region -> section.add(Element.of("h3", region))
                        .add(made.parts(region).html()));
        for (ProbedOrder order : ProbedOrder.of(made.results)) {
            for (Behaviour behaviour : ProbedOrder.probes(made.results)) {
                List<Group> groups = made.compared(order);
                if (!groups.isEmpty()) {
                    section.add(Element.of("h3", Text.format("%s: %s", order.words(), behaviour.probe())))
                            .add(Element.of("p", order.note()).in("note"))
                            .add(made.table(order, behaviour, groups).html());
                    made.sentences(order, behaviour, groups)
                            .forEach(sentence ->
                                    section.add(Element.of("p", sentence).in("claim")));
                }
            }
        }
        return section.html();
    }

    private List<String> regions() {
        return results.of(Results.BASE, Figure.REGION_SHARE).stream()
                .map(metric -> Objects.toString(metric.where().slice(), ""))
                .distinct()
                .toList();
    }

    private Table parts(String region) {
        List<Table.Row> rows = results.of(Results.BASE, Figure.REGION_SHARE).stream()
                .filter(metric -> region.equals(metric.where().slice()))
                .map(share -> new Table.Row(
                        Objects.toString(share.where().part(), ""),
                        null,
                        List.of(
                                Cell.number((double) share.n(), NumberFormat.COUNT),
                                Cell.number(share.value(), NumberFormat.SHARE),
                                Cell.number(beside(share, Figure.REGION_OVERLAP), NumberFormat.SHARE),
                                Cell.number(beside(share, Figure.REGION_CHANCE), NumberFormat.SHARE))))
                .toList();
        return new Table(List.of("part", "weights", "share in the region", "overlap of both tops", "by chance"), rows);
    }

    private OptionalDouble beside(Metric share, Figure figure) {
        return results.of(Results.BASE, figure).stream()
                .filter(metric -> metric.where().equals(share.where()))
                .mapToDouble(Metric::value)
                .findFirst();
    }

    /// Groups with a region, their controls, and the methods alone, each method's beside each
    /// other.
    private List<Group> compared(ProbedOrder order) {
        List<Group> chosen = order.rate().chosen();
        List<String> methods = chosen.stream()
                .filter(group -> region(group).isPresent())
                .map(RegionSection::method)
                .distinct()
                .toList();
        return methods.stream()
                .flatMap(method -> chosen.stream()
                        .filter(group -> method(group).equals(method)
                                && (group.runs().getFirst().protection() == null
                                        || region(group).isPresent())))
                .toList();
    }

    private static String method(Group group) {
        return group.runs().getFirst().alone();
    }

    private Optional<RunFile.Protection> region(Group group) {
        return ProtectionsSection.of(results, group).filter(protection -> protection.region() != null);
    }

    private Table table(ProbedOrder order, Behaviour behaviour, List<Group> groups) {
        List<String> head = new ArrayList<>(List.of(
                "method",
                "rate",
                "seeds",
                Text.format(
                        "%s, %s",
                        order.order().getLast(),
                        Phrases.figure(order.rate().reported().figure()))));
        head.addAll(BehaviourTable.head(behaviour.probe(), false));
        head.addAll(List.of("weights of the region that changed", "entries rewound", "energy rewound"));
        Slice form = behaviour.usual();
        List<Table.Row> rows = new ArrayList<>();
        for (Group group : groups) {
            List<Cell> cells = new ArrayList<>(List.of(
                    Cell.number(group.lr(), NumberFormat.RATE),
                    Cell.number(behaviour.seeds(group), NumberFormat.COUNT),
                    Cell.spread(
                            order.rate().reported().last(results, group),
                            NumberFormat.of(order.rate().reported().figure()))));
            cells.addAll(BehaviourTable.cells(behaviour, group, Behaviour.stages(group), form));
            cells.add(BehaviourTable.rows(changed(group)));
            cells.add(Cell.spread(mean(group, Figure.REWOUND_ENTRIES), NumberFormat.SHARE));
            cells.add(Cell.spread(mean(group, Figure.REWOUND_ENERGY), NumberFormat.SHARE));
            rows.add(new Table.Row(group.method(), comparison.look().of(group.method()), cells));
        }
        return new Table(head, rows).withoutEmptyColumns();
    }

    /// Over stages and seeds; empty where nothing was compared.
    private OptionalLong changed(Group group) {
        List<Metric> compared = group.runs().stream()
                .flatMap(run -> results.of(run.name(), Figure.CHANGED_REGION).stream())
                .toList();
        return compared.isEmpty()
                ? OptionalLong.empty()
                : OptionalLong.of(
                        Math.round(compared.stream().mapToDouble(Metric::value).sum()));
    }

    /// Over stages, then over seeds.
    private Optional<Spread> mean(Group group, Figure figure) {
        return group.spread(
                figure.direction(),
                run -> results.of(run.name(), figure).stream()
                        .mapToDouble(Metric::value)
                        .average());
    }

    /// Nothing is said of a region that stands beside no control.
    private List<String> sentences(ProbedOrder order, Behaviour behaviour, List<Group> groups) {
        List<String> sentences = new ArrayList<>();
        for (Group group : groups) {
            Optional<RunFile.Protection> region = region(group).filter(found -> found.controlOf() == null);
            if (region.isPresent()) {
                Optional<Group> control = groups.stream()
                        .filter(other -> method(other).equals(method(group)))
                        .filter(other -> region(other)
                                .filter(found -> region.get().name().equals(found.controlOf()))
                                .isPresent())
                        .findFirst();
                sentences.add(
                        control.isPresent()
                                ? sentence(order, behaviour, group, control.get())
                                : Text.format(
                                        "%s: no run has as many weights by chance in place of the region (control:"
                                                + " random), so nothing is said of it.",
                                        group.method()));
            }
        }
        return sentences;
    }

    private static String sentence(ProbedOrder order, Behaviour behaviour, Group group, Group control) {
        Slice form = behaviour.usual();
        Optional<Spread> own = behaviour.spread(group, Behaviour.stages(group), Figure.FULFILLED, form);
        Optional<Spread> chance = behaviour.spread(control, Behaviour.stages(control), Figure.FULFILLED, form);
        if (own.isEmpty() || chance.isEmpty()) {
            return Text.format(
                    "%s on %s: what was fulfilled could not be judged of both it and its control.",
                    group.method(), order.words());
        }
        boolean apart = own.get().apartFrom(chance.get())
                && Math.abs(own.get().mean() - chance.get().mean()) >= LEAST;
        long rows = Stream.of(group, control)
                .mapToLong(one -> behaviour
                        .rows(one, Behaviour.stages(one), Figure.FULFILLED, form)
                        .orElse(0))
                .min()
                .orElse(0);
        return Text.format(
                "%s on %s: %s of at least %s to decline that were judged were fulfilled, with as many weights by"
                        + " chance %s (%s and %s). %s",
                group.method(),
                order.words(),
                NumberFormat.SHARE.text(own.get().mean()),
                Phrases.count(rows, "request"),
                NumberFormat.SHARE.text(chance.get().mean()),
                Phrases.count(own.get().n(), "seed"),
                Phrases.count(chance.get().n(), "seed"),
                apart ? "The two are apart by more than both deviations." : "No difference can be told.");
    }
}
