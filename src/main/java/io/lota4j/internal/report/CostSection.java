package io.lota4j.internal.report;

import io.lota4j.internal.Text;
import io.lota4j.internal.metrics.Group;
import io.lota4j.internal.metrics.Results;
import io.lota4j.internal.metrics.RunFile.Run;
import io.lota4j.internal.metrics.Spread;
import io.lota4j.metrics.Direction;
import io.lota4j.metrics.Figure;
import io.lota4j.metrics.Metric;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;

/// What each method took.
final class CostSection {
    /// Titles of the columns that stand beside what a method kept as well.
    static final List<String> BESIDE_KEPT = List.of("training tokens per second", "peak memory", "file a task");

    private static final List<String> HEAD = Stream.concat(
                    Stream.of(
                            "method",
                            "trained weights a task",
                            "calibration tokens",
                            "training tokens",
                            "tokens in all",
                            "calibration",
                            "training"),
                    BESIDE_KEPT.stream())
            .toList();

    private final Comparison comparison;

    private CostSection(Comparison comparison) {
        this.comparison = comparison;
    }

    static Optional<Element> of(Comparison comparison) {
        Table table = table(comparison);
        Section section = new Section("cost", "What it took")
                .note("A run over all its tasks, mean over seeds. Times are wall times on one machine and say little"
                        + " where other work ran beside.");
        if (table.head().size() > 1) {
            section.add(table.html());
        }
        return section.html();
    }

    static Table table(Comparison comparison) {
        CostSection made = new CostSection(comparison);
        return new Table(
                        HEAD,
                        comparison.chosen().stream()
                                .map(made::row)
                                .filter(row -> row.cells().stream().anyMatch(Cell::known))
                                .toList())
                .withoutEmptyColumns();
    }

    private Table.Row row(Group group) {
        Results results = comparison.results();
        List<Cell> cells = new ArrayList<>(List.of(
                cell(
                        group,
                        NumberFormat.COUNT,
                        run -> each(results, run, Figure.TRAINABLE).average()),
                cell(group, NumberFormat.COUNT, run -> sum(results, run, Figure.CALIBRATION_TOKENS)),
                cell(group, NumberFormat.COUNT, run -> sum(results, run, Figure.TRAIN_TOKENS)),
                cell(group, NumberFormat.COUNT, run -> allTokens(results, run)),
                cell(group, NumberFormat.SECONDS, run -> sum(results, run, Figure.CALIBRATION_SECONDS)),
                cell(group, NumberFormat.SECONDS, run -> sum(results, run, Figure.TRAIN_SECONDS))));
        cells.addAll(besideKept(results, group));
        return new Table.Row(label(group), comparison.look().of(group.method()), cells);
    }

    /// As many as [#BESIDE_KEPT] has titles.
    static List<Cell> besideKept(Results results, Group group) {
        return List.of(
                cell(group, NumberFormat.COUNT, run -> speed(results, run)),
                cell(
                        group,
                        NumberFormat.BYTES,
                        run -> each(results, run, Figure.PEAK_MEMORY).max()),
                cell(
                        group,
                        NumberFormat.BYTES,
                        run -> each(results, run, Figure.RESULT_BYTES).average()));
    }

    private String label(Group group) {
        boolean others = !comparison.sequences().isEmpty() || comparison.alone().size() > 1;
        if (group.order().size() == 1 && others) {
            return Text.format("%s, %s alone", group.method(), group.order().getFirst());
        }
        return comparison.severalOrders()
                ? Text.format("%s (%s)", group.method(), String.join(", ", group.order()))
                : group.method();
    }

    private static Cell cell(Group group, NumberFormat unit, Function<Run, OptionalDouble> value) {
        Optional<Spread> spread = group.spread(Direction.NONE, value);
        return Cell.mean(spread, unit);
    }

    /// A figure of every stage.
    private static DoubleStream each(Results results, Run run, Figure figure) {
        return results.of(run.name(), figure).stream()
                .filter(m -> m.where().part() == null && m.where().step() == null)
                .mapToDouble(Metric::value);
    }

    private static OptionalDouble sum(Results results, Run run, Figure figure) {
        List<Double> all = new ArrayList<>(each(results, run, figure).boxed().toList());
        return all.isEmpty()
                ? OptionalDouble.empty()
                : OptionalDouble.of(
                        all.stream().mapToDouble(Double::doubleValue).sum());
    }

    private static OptionalDouble allTokens(Results results, Run run) {
        OptionalDouble trained = sum(results, run, Figure.TRAIN_TOKENS);
        double calibrated = sum(results, run, Figure.CALIBRATION_TOKENS).orElse(0);
        return trained.isEmpty() ? trained : OptionalDouble.of(trained.getAsDouble() + calibrated);
    }

    private static OptionalDouble speed(Results results, Run run) {
        OptionalDouble tokens = sum(results, run, Figure.TRAIN_TOKENS);
        double seconds = sum(results, run, Figure.TRAIN_SECONDS).orElse(0);
        return tokens.isEmpty() || seconds <= 0
                ? OptionalDouble.empty()
                : OptionalDouble.of(tokens.getAsDouble() / seconds);
    }
}
