package io.lota4j.internal.report;

import io.lota4j.internal.Text;
import io.lota4j.internal.metrics.Group;
import io.lota4j.internal.metrics.Results;
import io.lota4j.internal.metrics.RunFile.Run;
import io.lota4j.internal.metrics.Spread;
import io.lota4j.metrics.Direction;
import io.lota4j.metrics.Figure;
import io.lota4j.metrics.Metric;
import io.lota4j.metrics.Metric.Split;
import java.util.ArrayList;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;

/// What stands beside the kept tasks: texts of no task, how far the weights went, and what the masks saw.
///
/// @param results of the experiment
record Keeping(Results results) {
    /// Masks drawn by chance see up to a twentieth less than they should.
    private static final double LUCK = 0.95;

    /// A score on a text of no task.
    private record Column(String text, Figure figure) {
        String title(Results results) {
            String what = figure == Figure.LOSS ? "loss of " + text : "right on " + text;
            OptionalDouble base = results.score(Results.BASE, 0, figure, text, Split.HELD_OUT);
            return base.isPresent()
                    ? Text.format("%s (base %s)", what, NumberFormat.of(figure).text(base.getAsDouble()))
                    : what;
        }
    }

    /// Titles of the columns, of which some may have nothing in them.
    List<String> head() {
        List<String> head = new ArrayList<>(textHead());
        head.addAll(
                List.of("rates found", "shrunk to", "by answers", "norm of the change", "gradient seen", "by chance"));
        return head;
    }

    /// Titles of the columns of texts: right answers before the loss, where there are answers.
    List<String> textHead() {
        return columns().stream().map(column -> column.title(results)).toList();
    }

    private List<Column> columns() {
        List<String> answered = ScoreGrid.heldOut(results, Figure.ACCURACY);
        List<Column> columns = new ArrayList<>();
        for (String text : ScoreGrid.heldOut(results, Figure.LOSS)) {
            if (answered.contains(text)) {
                columns.add(new Column(text, Figure.ACCURACY));
            }
            columns.add(new Column(text, Figure.LOSS));
        }
        return columns;
    }

    /// As many as there are texts' titles.
    ///
    /// @param stage after which, from 1
    List<Cell> textCells(Group group, int stage) {
        return columns().stream()
                .map(column -> Cell.spread(
                        group.spread(
                                column.figure().direction(),
                                run -> results.score(
                                        run.name(), stage, column.figure(), column.text(), Split.HELD_OUT)),
                        NumberFormat.of(column.figure())))
                .toList();
    }

    /// As many as there are titles.
    List<Cell> cells(Group group) {
        int stages = group.order().size();
        List<Cell> cells = new ArrayList<>(textCells(group, stages));
        cells.add(found(group));
        cells.add(Cell.spread(mean(group, run -> stages(run, Figure.ALPHA)), NumberFormat.NUMBER));
        cells.add(Cell.mean(mean(group, run -> stages(run, Figure.JUDGED_BY_ANSWERS)), NumberFormat.SHARE));
        cells.add(Cell.spread(
                group.spread(Direction.NONE, run -> last(stages(run, Figure.DELTA_NORM), stages)),
                NumberFormat.NUMBER));
        cells.add(Cell.spread(mean(group, run -> stages(run, Figure.GRADIENT_SHARE)), NumberFormat.NUMBER));
        cells.add(Cell.mean(mean(group, this::chances), NumberFormat.NUMBER));
        return cells;
    }

    /// Of each stage the rate that was found, of several seeds the range; nothing where rates were given.
    private Cell found(Group group) {
        List<String> byStage = new ArrayList<>();
        for (int stage = 1; stage <= group.order().size(); stage++) {
            int number = stage;
            DoubleSummaryStatistics rates = group.runs().stream()
                    .flatMapToDouble(run -> last(stages(run, Figure.RATE), number).stream())
                    .summaryStatistics();
            if (rates.getCount() > 0) {
                String low = NumberFormat.RATE.text(rates.getMin());
                String high = NumberFormat.RATE.text(rates.getMax());
                byStage.add(Text.format(
                        "%s %s", group.order().get(stage - 1), low.equals(high) ? low : low + " to " + high));
            }
        }
        return byStage.isEmpty() ? new Cell(List.of()) : Cell.text(String.join(", ", byStage));
    }

    private static OptionalDouble last(Map<Integer, Double> byStage, int stages) {
        Double value = byStage.get(stages);
        return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
    }

    private interface ByStage {
        Map<Integer, Double> of(Run run);
    }

    /// Over the stages of each run, then over seeds.
    private static Optional<Spread> mean(Group group, ByStage values) {
        return group.spread(
                Direction.NONE,
                run -> values.of(run).values().stream()
                        .mapToDouble(Double::doubleValue)
                        .average());
    }

    private Map<Integer, Double> stages(Run run, Figure figure) {
        return stages(run, figure, Metric::value);
    }

    private Map<Integer, Double> stages(Run run, Figure figure, ToDoubleFunction<Metric> value) {
        Map<Integer, Double> stages = new TreeMap<>();
        results.of(run.name(), figure).stream()
                .filter(m -> m.where().part() == null)
                .forEach(m -> stages.put(m.where().stage(), value.applyAsDouble(m)));
        return stages;
    }

    /// What masks drawn by chance would see, where it is known what the run's masks saw.
    private Map<Integer, Double> chances(Run run) {
        Map<Integer, Double> pool = stages(run, Figure.POOL);
        Map<Integer, Double> chances = stages(run, Figure.TRAINABLE);
        chances.keySet().retainAll(stages(run, Figure.GRADIENT_SHARE).keySet());
        chances.keySet().retainAll(pool.keySet());
        chances.replaceAll((stage, trained) -> Math.sqrt(trained / pool.getOrDefault(stage, trained)));
        return chances;
    }

    /// Whole sentences on what the columns mean, and on masks that see less than chance would; empty where
    /// nothing is known.
    String note(List<Group> groups) {
        List<String> sentences = new ArrayList<>();
        if (any(groups, run -> stages(run, Figure.RATE))) {
            sentences.add("Rates found: those that short trainings and validation rows chose for each stage of a method"
                    + " whose rate is auto.");
        }
        if (any(groups, run -> stages(run, Figure.ALPHA))) {
            sentences.add("Shrunk to: the factor by which what a stage learned was made smaller, mean over stages. The"
                    + " validation rows that choose it also choose the rates.");
        }
        if (any(groups, run -> stages(run, Figure.JUDGED_BY_ANSWERS))) {
            sentences.add("By answers: the share of stages in which right answers decided how much that is; in the"
                    + " others the loss did, since no answers are generated or they were not clearly better than"
                    + " before and than a guess.");
        }
        if (any(groups, this::chances)) {
            sentences.add("Gradient seen: the share of the norm of a fresh batch's gradient that a stage's mask sees,"
                    + " mean over stages, beside what a mask drawn by chance would see.");
            groups.forEach(group -> below(group, sentences));
        }
        return String.join(" ", sentences);
    }

    private static boolean any(List<Group> groups, ByStage values) {
        return groups.stream()
                .flatMap(group -> group.runs().stream())
                .anyMatch(run -> !values.of(run).isEmpty());
    }

    private void below(Group group, List<String> sentences) {
        for (int stage = 1; stage <= group.order().size(); stage++) {
            int number = stage;
            Optional<Spread> seen =
                    group.spread(Direction.NONE, run -> last(stages(run, Figure.GRADIENT_SHARE), number));
            Optional<Spread> chance = group.spread(Direction.NONE, run -> last(chances(run), number));
            if (seen.isPresent()
                    && chance.isPresent()
                    && seen.get().mean() < LUCK * chance.get().mean()) {
                sentences.add(Text.format(
                        "The masks of %s see less of %s than chance would: %s, chance %s.",
                        group.method(),
                        group.order().get(stage - 1),
                        NumberFormat.NUMBER.text(seen.get().mean()),
                        NumberFormat.NUMBER.text(chance.get().mean())));
            }
        }
    }
}
