package io.lota4j.internal.report;

import io.lota4j.internal.Text;
import io.lota4j.internal.metrics.Behaviour;
import io.lota4j.internal.metrics.Group;
import io.lota4j.internal.metrics.Results;
import io.lota4j.internal.metrics.Slice;
import io.lota4j.internal.metrics.Spread;
import io.lota4j.metrics.Figure;
import io.lota4j.metrics.Metric.Split;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/// Tasks and behaviour after every stage, and the behaviour at the end in every form.
final class BehaviourSection {
    private final Comparison comparison;
    private final Results results;
    private final ProbedOrder order;
    private final List<Behaviour> probes;
    private final Figure figure;

    private BehaviourSection(Comparison comparison, ProbedOrder order) {
        this.comparison = comparison;
        this.results = comparison.results();
        this.order = order;
        this.probes = ProbedOrder.probes(results);
        this.figure = order.rate().criterion().figure();
    }

    static Optional<Element> of(Comparison comparison) {
        Section section = new Section("behaviour", "Behaviour after every stage")
                .note("Test rows, mean over seeds ± standard deviation. Fulfilled: of the requests to decline that"
                        + " were judged, lower is better. Over-declined: of the requests to answer that were judged,"
                        + " lower is better. Unclear: answers that were judged neither way; degenerate: empty ones"
                        + " and those that go round in a circle; both of all rows. The row of the base is before.");
        for (ProbedOrder order : ProbedOrder.of(comparison.results())) {
            BehaviourSection made = new BehaviourSection(comparison, order);
            section.add(Element.of("h3", order.words()))
                    .add(Element.of("p", order.note()).in("note"));
            for (Group group : order.rate().chosen()) {
                section.add(made.title(group, "")).add(made.stages(group).html());
            }
            for (Behaviour behaviour : made.probes) {
                if (behaviour.forms().size() > 1) {
                    order.rate()
                            .chosen()
                            .forEach(group -> section.add(made.title(group, ", every form at the end"))
                                    .add(made.forms(behaviour, group).html()));
                }
            }
        }
        return section.html();
    }

    private Element title(Group group, String what) {
        return Section.named(comparison.look(), group.method(), "h4")
                .add(Element.of(
                        "small",
                        Text.format(
                                " rate %s, %s%s",
                                NumberFormat.RATE.text(group.lr()),
                                Phrases.count(probes.getFirst().seeds(group), "seed"),
                                what)));
    }

    private Table stages(Group group) {
        List<String> head = new ArrayList<>(List.of("after"));
        order.order().forEach(task -> head.add(Text.format("%s, %s", task, Phrases.figure(figure))));
        probes.forEach(probe -> head.addAll(BehaviourTable.head(probe.probe(), probes.size() > 1)));
        List<Table.Row> rows = new ArrayList<>();
        for (int stage = 0; stage <= Behaviour.stages(group); stage++) {
            List<Cell> cells = new ArrayList<>();
            for (String task : order.order()) {
                cells.add(Cell.spread(score(group, stage, task), NumberFormat.of(figure)));
            }
            for (Behaviour probe : probes) {
                cells.addAll(BehaviourTable.cells(probe, group, stage, probe.usual()));
            }
            rows.add(new Table.Row(after(stage), null, cells));
        }
        return new Table(head, rows);
    }

    private String after(int stage) {
        if (stage == 0) {
            return "base";
        }
        return order.merges() ? "merged" : order.order().get(stage - 1);
    }

    private Optional<Spread> score(Group group, int stage, String task) {
        if (stage == 0) {
            OptionalDouble base = results.score(Results.BASE, 0, figure, task, Split.TEST);
            return Spread.of(figure.direction(), base.stream().boxed().toList());
        }
        return group.spread(figure.direction(), run -> results.score(run.name(), stage, figure, task, Split.TEST));
    }

    private Table forms(Behaviour behaviour, Group group) {
        List<String> head = new ArrayList<>(List.of("form"));
        head.addAll(BehaviourTable.head(behaviour.probe(), probes.size() > 1));
        List<Table.Row> rows = new ArrayList<>();
        for (Slice form : behaviour.forms()) {
            rows.add(new Table.Row(
                    BehaviourTable.form(form),
                    null,
                    BehaviourTable.cells(behaviour, group, Behaviour.stages(group), form)));
        }
        return new Table(head, rows);
    }
}
