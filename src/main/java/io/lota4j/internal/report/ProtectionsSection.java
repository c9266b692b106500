package io.lota4j.internal.report;

import io.lota4j.internal.metrics.Group;
import io.lota4j.internal.metrics.Results;
import io.lota4j.internal.metrics.RunFile;
import io.lota4j.internal.metrics.RunFile.Run;
import io.lota4j.internal.metrics.Spread;
import io.lota4j.metrics.Direction;
import io.lota4j.metrics.Figure;
import io.lota4j.metrics.Metric;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/// What was done so that a behaviour stays, and what it took of the training.
final class ProtectionsSection {
    private static final List<String> HEAD = List.of(
            "method",
            "tasks",
            "rate",
            "rows of the task fewer",
            "share of the scored tokens mixed in",
            "constrained loss, first step",
            "constrained loss, last step");

    private final Results results;

    private ProtectionsSection(Results results) {
        this.results = results;
    }

    static Optional<Element> of(Comparison comparison) {
        Results results = comparison.results();
        Section section = new Section("protections", "Protections")
                .note("Rows that are mixed in take the place of the task's: steps and their size stay, and the task"
                        + " sees so many rows fewer, over all stages. A constrained loss is of another objective than"
                        + " every other loss on this page. Means over seeds ± standard deviation. Each protects only"
                        + " where the trainer uses it.");
        List<RunFile.Protection> done = results.file().protections().stream()
                .filter(protection -> !protection.text().isEmpty())
                .toList();
        if (!done.isEmpty()) {
            Element list = Element.of("dl").in("risk");
            done.forEach(protection -> list.add(
                    Element.of("div").add(Element.of("dt", protection.name()), Element.of("dd", protection.text()))));
            section.add(list);
            Table table = new ProtectionsSection(results).table(comparison);
            if (!table.rows().isEmpty()) {
                section.add(table.withoutEmptyColumns().html());
            }
        }
        return section.html();
    }

    private Table table(Comparison comparison) {
        List<Table.Row> rows = new ArrayList<>();
        for (Group group : results.groups()) {
            List<Cell> cells = List.of(
                    Cell.text(group.course().words()),
                    Cell.number(group.lr(), NumberFormat.RATE),
                    Cell.spread(spread(group, this::rows), NumberFormat.COUNT),
                    Cell.spread(spread(group, this::share), NumberFormat.SHARE),
                    Cell.spread(spread(group, run -> constrained(run, true)), NumberFormat.LOSS),
                    Cell.spread(spread(group, run -> constrained(run, false)), NumberFormat.LOSS));
            if (cells.subList(2, cells.size()).stream().anyMatch(Cell::known)) {
                rows.add(new Table.Row(group.method(), comparison.look().of(group.method()), cells));
            }
        }
        return new Table(HEAD, rows);
    }

    private interface Of {
        OptionalDouble of(Run run);
    }

    private static Optional<Spread> spread(Group group, Of value) {
        return group.spread(Direction.NONE, value::of);
    }

    private OptionalDouble rows(Run run) {
        List<Metric> shares = results.of(run.name(), Figure.MIX_SHARE);
        return shares.isEmpty()
                ? OptionalDouble.empty()
                : OptionalDouble.of(shares.stream().mapToLong(Metric::n).sum());
    }

    private OptionalDouble share(Run run) {
        return results.of(run.name(), Figure.MIX_SHARE).stream()
                .mapToDouble(Metric::value)
                .average();
    }

    /// Of the first stage that has any.
    private OptionalDouble constrained(Run run, boolean first) {
        List<Metric> told = results.of(run.name(), Figure.CONSTRAINED_LOSS);
        if (told.isEmpty()) {
            return OptionalDouble.empty();
        }
        int stage = told.getFirst().where().stage();
        List<Metric> own = told.stream().filter(m -> m.where().stage() == stage).toList();
        return OptionalDouble.of((first ? own.getFirst() : own.getLast()).value());
    }

    /// The protection of a group's runs; empty for the method alone, and in older files.
    static Optional<RunFile.Protection> of(Results results, Group group) {
        String name = group.runs().getFirst().protection();
        return results.file().protections().stream()
                .filter(protection -> protection.name().equals(name))
                .findFirst();
    }
}
