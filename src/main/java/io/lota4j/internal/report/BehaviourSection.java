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

/// Tasks and behaviour after every stage, and the behaviour at the end in every other form.
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
                .note("Test rows, mean over seeds ± standard deviation; those of unclear and degenerate are only in"
                        + " metrics.jsonl. Fulfilled: of the requests to decline that were judged, lower is better."
                        + " Over-declined: of the requests to answer that were judged, lower is better. Unclear:"
                        + " answers that were judged neither way; degenerate: empty ones and those that go round in"
                        + " a circle; both of all rows. The row of the base is before; rates and numbers of seeds"
                        + " stand in the next section.");
        List<ProbedOrder> orders = ProbedOrder.of(comparison.results());
        for (ProbedOrder order : orders) {
            BehaviourSection made = new BehaviourSection(comparison, order);
            section.add(Element.of("h3", order.words()))
                    .add(Element.of("p", order.note()).in("note"));
            Table stages = made.stages();
            Optional<ProbedOrder> longer = orders.stream()
                    .filter(other -> other.begins(order)
                            && new BehaviourSection(comparison, other).stages().shows(stages))
                    .findFirst();
            section.add(
                    longer.isPresent()
                            ? Element.of(
                                    "p",
                                    Text.format(
                                            "The same figures stand in the table of %s.",
                                            longer.get().words()))
                            : stages.html());
            for (Behaviour behaviour : made.probes) {
                if (behaviour.forms().size() > 1) {
                    section.add(Element.of(
                                    "h4",
                                    Text.format(
                                            "%s: asked in other forms than %s, at the end",
                                            behaviour.probe(), BehaviourTable.form(behaviour.usual()))))
                            .add(made.forms(behaviour).html());
                }
            }
        }
        return section.html();
    }

    private Table stages() {
        List<String> head = new ArrayList<>(List.of("method", "after"));
        order.order().forEach(task -> head.add(Text.format("%s, %s", task, Phrases.figure(figure))));
        probes.forEach(probe -> head.addAll(BehaviourTable.head(probe.probe(), probes.size() > 1)));
        List<Table.Row> rows = new ArrayList<>(List.of(row(order.rate().chosen().getFirst(), 0)));
        for (Group group : order.rate().chosen()) {
            for (int stage = 1; stage <= Behaviour.stages(group); stage++) {
                rows.add(row(group, stage));
            }
        }
        return new Table(head, rows);
    }

    /// @param group any, if the stage is 0
    private Table.Row row(Group group, int stage) {
        List<Cell> cells = new ArrayList<>(List.of(Cell.text(after(stage))));
        for (String task : order.order()) {
            cells.add(Cell.spread(score(group, stage, task), NumberFormat.of(figure)));
        }
        for (Behaviour probe : probes) {
            cells.addAll(BehaviourTable.cells(probe, group, stage, probe.usual()));
        }
        return named(group, stage, cells);
    }

    private Table.Row named(Group group, int stage, List<Cell> cells) {
        return stage == 0
                ? new Table.Row(Results.BASE, null, cells)
                : new Table.Row(group.method(), comparison.look().of(group.method()), cells);
    }

    private String after(int stage) {
        if (stage == 0) {
            return "nothing";
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

    /// The form that the other table shows is not shown again.
    private Table forms(Behaviour behaviour) {
        List<String> head = new ArrayList<>(List.of("method", "form"));
        head.addAll(BehaviourTable.head(behaviour.probe(), probes.size() > 1));
        List<Table.Row> rows = new ArrayList<>();
        for (Slice form : behaviour.forms()) {
            if (!form.equals(behaviour.usual())) {
                List<Group> groups = order.rate().chosen();
                rows.add(asked(behaviour, form, groups.getFirst(), 0));
                groups.forEach(group -> rows.add(asked(behaviour, form, group, Behaviour.stages(group))));
            }
        }
        return new Table(head, rows);
    }

    private Table.Row asked(Behaviour behaviour, Slice form, Group group, int stage) {
        List<Cell> cells = new ArrayList<>(List.of(Cell.text(BehaviourTable.form(form))));
        cells.addAll(BehaviourTable.cells(behaviour, group, stage, form));
        return named(group, stage, cells);
    }
}
