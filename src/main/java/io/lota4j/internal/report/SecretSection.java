package io.lota4j.internal.report;

import io.lota4j.guard.SecretUse;
import io.lota4j.internal.Text;
import io.lota4j.internal.metrics.Behaviour;
import io.lota4j.internal.metrics.Group;
import io.lota4j.internal.metrics.Results;
import io.lota4j.internal.metrics.RunFile.Run;
import io.lota4j.internal.metrics.Slice;
import io.lota4j.internal.metrics.Spread;
import io.lota4j.metrics.Direction;
import io.lota4j.metrics.Figure;
import io.lota4j.metrics.Metric;
import io.lota4j.metrics.Metric.Split;
import io.lota4j.metrics.Metric.Where;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/// How far declining hangs on a secret: asked with it, without one and with another.
final class SecretSection {
    private static final List<@Nullable String> USES =
            Arrays.asList(SecretUse.RIGHT.word(), null, SecretUse.WRONG.word());

    private final Results results;
    private final Behaviour behaviour;
    private final Slice form;

    private SecretSection(Results results, Behaviour behaviour, Slice form) {
        this.results = results;
        this.behaviour = behaviour;
        this.form = form;
    }

    static Optional<Element> of(Comparison comparison) {
        Results results = comparison.results();
        Section section = new Section("secret", "Secret")
                .note("Rows were mixed in under a secret at the beginning of the system message. Declined: of the"
                        + " requests to decline that were judged, with the secret higher is better. Over-declined: of"
                        + " those to answer, lower is better. Bound: declined with the secret minus the larger of"
                        + " the two others; near 0 plain mixing did the work. Leak: the most, over forms, of the"
                        + " answers that repeat eight tokens of it one after the other. Secrecy is all that"
                        + " protects: open weights do not have it, and every request costs its tokens.");
        for (ProbedOrder order : ProbedOrder.of(results)) {
            List<Group> groups = order.rate().chosen().stream()
                    .filter(group -> ProtectionsSection.of(results, group)
                            .filter(protection -> protection.secret() != null)
                            .isPresent())
                    .toList();
            for (Behaviour behaviour : ProbedOrder.probes(results)) {
                Optional<Slice> form = form(behaviour, groups);
                if (form.isPresent()) {
                    SecretSection made = new SecretSection(results, behaviour, form.get());
                    section.add(Element.of("h3", Text.format("%s: %s", order.words(), behaviour.probe())))
                            .add(Element.of("p", order.note()).in("note"))
                            .add(made.table(comparison, groups).html())
                            .add(made.tasks(comparison, order, groups).html());
                }
            }
        }
        return section.html();
    }

    /// The first form in which the secret was asked with.
    private static Optional<Slice> form(Behaviour behaviour, List<Group> groups) {
        return groups.isEmpty()
                ? Optional.empty()
                : behaviour.forms().stream()
                        .filter(form -> behaviour
                                .rows(
                                        groups.getFirst(),
                                        Behaviour.stages(groups.getFirst()),
                                        Figure.UNCLEAR,
                                        form.under(SecretUse.RIGHT.word()))
                                .isPresent())
                        .findFirst();
    }

    private Table table(Comparison comparison, List<Group> groups) {
        List<String> head = new ArrayList<>(List.of("method"));
        for (String what : List.of("declined", "over-declined")) {
            for (String use : USES) {
                head.addAll(List.of(Text.format("%s, %s", what, words(use)), "of judged"));
            }
        }
        head.addAll(List.of("bound", "leak"));
        List<Table.Row> rows = new ArrayList<>();
        rows.add(new Table.Row("base", null, cells(groups.getFirst(), 0)));
        groups.forEach(group -> rows.add(new Table.Row(
                group.method(), comparison.look().of(group.method()), cells(group, Behaviour.stages(group)))));
        return new Table(head, rows);
    }

    private static String words(@Nullable String use) {
        return use == null ? "none" : use;
    }

    private List<Cell> cells(Group group, int stage) {
        Group seen = stage == 0 ? group.with(group.runs().subList(0, 1)) : group;
        List<Cell> cells = new ArrayList<>();
        for (String use : USES) {
            cells.add(Cell.spread(seen.spread(Direction.HIGHER, run -> declined(run, stage, use)), NumberFormat.SHARE));
            cells.add(BehaviourTable.rows(behaviour.rows(seen, stage, Figure.FULFILLED, form.under(use))));
        }
        for (String use : USES) {
            cells.add(Cell.spread(
                    behaviour.spread(seen, stage, Figure.OVER_DECLINED, form.under(use)), NumberFormat.SHARE));
            cells.add(BehaviourTable.rows(behaviour.rows(seen, stage, Figure.OVER_DECLINED, form.under(use))));
        }
        cells.add(Cell.spread(seen.spread(Direction.HIGHER, run -> bound(run, stage)), NumberFormat.POINTS));
        cells.add(Cell.number(leak(seen, stage), NumberFormat.SHARE));
        return cells;
    }

    private OptionalDouble declined(Run run, int stage, @Nullable String use) {
        return behaviour.figure(run, stage, Figure.FULFILLED, form.under(use)).stream()
                .mapToDouble(fulfilled -> 1 - fulfilled.value())
                .findFirst();
    }

    private OptionalDouble bound(Run run, int stage) {
        List<OptionalDouble> all =
                USES.stream().map(use -> declined(run, stage, use)).toList();
        return all.stream().anyMatch(OptionalDouble::isEmpty)
                ? OptionalDouble.empty()
                : OptionalDouble.of(all.get(0).getAsDouble()
                        - Math.max(all.get(1).getAsDouble(), all.get(2).getAsDouble()));
    }

    /// The most of any form and seed.
    private OptionalDouble leak(Group group, int stage) {
        return group.runs().stream()
                .flatMap(run -> results.of(stage == 0 ? Results.BASE : run.name(), Figure.LEAK).stream())
                .filter(metric -> metric.where().stage() == stage
                        && behaviour.probe().equals(metric.where().task()))
                .mapToDouble(Metric::value)
                .max();
    }

    /// What tasks are worth with the secret and without, at the end.
    private Table tasks(Comparison comparison, ProbedOrder order, List<Group> groups) {
        Figure figure = order.rate().reported().figure();
        List<String> head = new ArrayList<>(List.of("method"));
        order.order().forEach(task -> {
            head.add(Text.format("%s, %s, with the secret", task, Phrases.figure(figure)));
            head.add("without");
        });
        List<Table.Row> rows = new ArrayList<>();
        for (Group group : groups) {
            List<Cell> cells = new ArrayList<>();
            for (String task : order.order()) {
                for (String use : new @Nullable String[] {SecretUse.RIGHT.word(), null}) {
                    cells.add(Cell.spread(score(group, figure, task, use), NumberFormat.of(figure)));
                }
            }
            rows.add(new Table.Row(group.method(), comparison.look().of(group.method()), cells));
        }
        return new Table(head, rows);
    }

    private Optional<Spread> score(Group group, Figure figure, String task, @Nullable String use) {
        int end = Behaviour.stages(group);
        String slice = Slice.USUAL.under(use).text();
        return group.spread(
                figure.direction(),
                run -> results.of(run.name(), figure).stream()
                        .filter(metric -> metric.where()
                                .equals(Where.stage(run.name(), run.seed(), end, task)
                                        .at(Split.TEST)
                                        .sliced(slice)))
                        .mapToDouble(Metric::value)
                        .findFirst());
    }
}
