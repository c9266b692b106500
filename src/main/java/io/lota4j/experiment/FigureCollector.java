package io.lota4j.experiment;

import io.lota4j.metrics.Figure;
import io.lota4j.metrics.Metric;
import io.lota4j.metrics.Metric.Split;
import io.lota4j.metrics.Metric.Where;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;

/// Figures of one piece of work, which several runs of a grid may share: which run, seed and stage they are of is
/// said when they are gathered.
final class FigureCollector {
    private static final String ANY_RUN = "";

    private final List<Metric> metrics = new ArrayList<>();
    private final Where where;

    FigureCollector(@Nullable String task) {
        this.where = Where.stage(ANY_RUN, 0, 0, task);
    }

    void add(Figure figure, double value, long n) {
        add(where, figure, value, n);
    }

    void add(Figure figure, double value, long n, Split split) {
        add(where.at(split), figure, value, n);
    }

    /// One loss, or what else is told, a step; what was not told of a step is left out.
    ///
    /// @param examplesOf how many examples the first so many steps took
    void losses(Figure figure, List<Double> losses, LongUnaryOperator examplesOf) {
        for (int step = 0; step < losses.size(); step++) {
            long examples = examplesOf.applyAsLong(step + 1L) - examplesOf.applyAsLong(step);
            if (!Double.isNaN(losses.get(step))) {
                add(where.at(Split.TRAIN).atStep(step + 1L), figure, losses.get(step), examples);
            }
        }
    }

    /// Of one part of the model, or of all of it, beside another task.
    void beside(Figure figure, String other, @Nullable String part, double value, long n) {
        add(where.beside(other).in(part), figure, value, n);
    }

    /// Of a slice of test rows.
    ///
    /// @param slice as figures have it; null: of all
    void of(@Nullable String slice, Figure figure, double value, long n) {
        of(Split.TEST, slice, figure, value, n);
    }

    /// Of a slice of some rows.
    ///
    /// @param slice as figures have it; null: of all
    void of(Split split, @Nullable String slice, Figure figure, double value, long n) {
        add(where.at(split).sliced(slice), figure, value, n);
    }

    /// Of a region of the base, in one part of the model.
    ///
    /// @param region as figures have it
    void region(String region, String part, Figure figure, double value, long n) {
        add(where.in(part).sliced(region), figure, value, n);
    }

    /// Of a slice of test rows after a step.
    ///
    /// @param slice as figures have it; null: of all
    void after(long step, @Nullable String slice, Figure figure, double value, long n) {
        add(where.at(Split.TEST).atStep(step).sliced(slice), figure, value, n);
    }

    /// Of the tokens at a position of answers to test rows.
    ///
    /// @param other whose figure it is, or null for the model's own
    void atPosition(long position, @Nullable String other, Figure figure, double value, long n) {
        Where at = where.at(Split.TEST).atStep(position);
        add(other == null ? at : at.beside(other), figure, value, n);
    }

    /// Of one part of the model.
    void in(Figure figure, String part, double value, long n) {
        add(where.in(part), figure, value, n);
    }

    private void add(Where at, Figure figure, double value, long n) {
        metrics.add(new Metric(at, figure, value, n));
    }

    /// Figures that were found before.
    void addAll(List<Metric> others) {
        metrics.addAll(others);
    }

    List<Metric> metrics() {
        return List.copyOf(metrics);
    }

    /// Figures as those of a stage of a run.
    static List<Metric> of(List<Metric> metrics, String run, long seed, int stage) {
        return metrics.stream()
                .map(m -> new Metric(m.where().of(run, seed, stage), m.figure(), m.value(), m.n()))
                .toList();
    }
}
