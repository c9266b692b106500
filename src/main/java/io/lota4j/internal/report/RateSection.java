package io.lota4j.internal.report;

import io.lota4j.internal.Text;
import io.lota4j.internal.metrics.Behaviour;
import io.lota4j.internal.metrics.Criterion;
import io.lota4j.internal.metrics.Group;
import io.lota4j.internal.metrics.RunFile.Run;
import io.lota4j.internal.metrics.Spread;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// What learning rate and batch do to a behaviour and to the task that is learned.
final class RateSection {
    private static final String BATCH = "batch";

    private RateSection() {}

    static Optional<Element> of(Comparison comparison) {
        Section section = new Section("rates", "Rate and batch")
                .note("Every rate and batch of a method, means over seeds ± standard deviation, at the end. Rows are"
                        + " examples of a step; as many rows are seen with every batch. Fulfilled and over-declined:"
                        + " lower is better.");
        for (ProbedOrder order : ProbedOrder.of(comparison.results())) {
            for (Behaviour probe : ProbedOrder.probes(comparison.results())) {
                List<Element> maps = maps(comparison, order, probe);
                if (!maps.isEmpty()) {
                    section.add(Element.of("h3", Text.format("%s: %s", order.words(), probe.probe())));
                    maps.forEach(section::add);
                }
            }
        }
        return section.html();
    }

    private static List<Element> maps(Comparison comparison, ProbedOrder order, Behaviour probe) {
        List<Element> maps = new ArrayList<>();
        byKind(order.groups()).forEach((label, groups) -> {
            long rates = groups.stream().map(Group::lr).distinct().count();
            long batches = groups.stream().map(RateSection::batch).distinct().count();
            if (rates * batches > 1) {
                maps.add(Element.of("h4", label));
                maps.add(table(comparison, order, probe, groups).html());
            }
        });
        return maps;
    }

    /// Groups that differ in rate and batch alone, by the label that they share.
    private static Map<String, List<Group>> byKind(List<Group> groups) {
        Map<Object, List<Group>> kinds = new LinkedHashMap<>();
        for (Group group : groups) {
            Run run = group.runs().getFirst();
            Map<String, String> rest = new TreeMap<>(run.settings());
            rest.keySet().removeAll(List.of(BATCH, "steps"));
            kinds.computeIfAbsent(List.of(label(group), rest), kind -> new ArrayList<>())
                    .add(group);
        }
        return kinds.values().stream()
                .collect(Collectors.toMap(
                        some -> label(some.getFirst()), some -> some, (one, other) -> one, LinkedHashMap::new));
    }

    private static String label(Group group) {
        return group.method().replaceFirst(" batch " + batch(group) + "(?![0-9])", "");
    }

    private static int batch(Group group) {
        return Integer.parseInt(group.runs().getFirst().settings().getOrDefault(BATCH, "0"));
    }

    private static Table table(Comparison comparison, ProbedOrder order, Behaviour probe, List<Group> groups) {
        Criterion scores = order.rate().reported();
        List<String> head = new ArrayList<>(List.of(
                "rate", BATCH, Text.format("%s, %s", order.order().getLast(), Phrases.figure(scores.figure()))));
        head.addAll(BehaviourTable.head(probe.probe(), false));
        List<Table.Row> rows = new ArrayList<>();
        for (Group group : groups) {
            Optional<Spread> learned = scores.last(comparison.results(), group);
            List<Cell> cells = new ArrayList<>(List.of(
                    Cell.number(batch(group), NumberFormat.COUNT),
                    Cell.spread(learned, NumberFormat.of(scores.figure()))));
            cells.addAll(BehaviourTable.cells(probe, group, Behaviour.stages(group), probe.usual()));
            rows.add(new Table.Row(NumberFormat.RATE.text(group.lr()), null, cells));
        }
        return new Table(head, rows);
    }
}
