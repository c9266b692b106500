package io.lota4j.internal.metrics;

import io.lota4j.metrics.Direction;
import io.lota4j.metrics.Figure;
import io.lota4j.metrics.Metric.Split;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.Function;

/// Scores of one run on every task after every stage: row 0 is the base, row i what stage i left.
///
/// @param figure what the scores are, [Figure#LOSS] or [Figure#ACCURACY]
/// @param split of each task's data
/// @param order the tasks: task j of it (from 1) is learned in stage j; of a merge those that went in
/// @param stages how many the run has: one a task, of a merge one in all
/// @param cells what is known
public record Matrix(Figure figure, Split split, List<String> order, int stages, Map<Cell, Double> cells) {
    /// One score.
    ///
    /// @param stage stages done, from 0
    public record Cell(int stage, String task) {}

    /// The score on a task after a stage; empty if it was not measured.
    public OptionalDouble at(int stage, String task) {
        Double value = cells.get(new Cell(stage, task));
        return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
    }

    /// The score on a task right after it was learned; empty for a merge, which learns nothing.
    public OptionalDouble learned(String task) {
        return stages == order.size() ? at(order.indexOf(task) + 1, task) : OptionalDouble.empty();
    }

    /// The score on a task after the last stage.
    public OptionalDouble last(String task) {
        return at(stages, task);
    }

    /// The task that is learned last.
    public String lastTask() {
        return order.getLast();
    }

    /// The tasks that are learned before the last one.
    public List<String> earlier() {
        return order.subList(0, order.size() - 1);
    }

    /// What is left of a task: of an accuracy its share, of a loss the share of what was gained over the base.
    ///
    /// @return 1 if all of it; empty where nothing was learned that could be kept, or a score is not known
    public OptionalDouble kept(String task) {
        return Kept.share(figure, at(0, task), learned(task), last(task));
    }

    /// Mean of [#kept] over the tasks before the last; empty if it is for one of them, or there are none.
    public OptionalDouble keptEarlier() {
        return mean(earlier(), this::kept);
    }

    /// Backward transfer: the mean change of the earlier tasks' scores since each was learned, positive if better.
    public OptionalDouble backward() {
        return mean(earlier(), task -> difference(last(task), learned(task)));
    }

    private OptionalDouble difference(OptionalDouble now, OptionalDouble then) {
        if (now.isEmpty() || then.isEmpty()) {
            return OptionalDouble.empty();
        }
        double change = now.getAsDouble() - then.getAsDouble();
        return OptionalDouble.of(figure.direction() == Direction.LOWER ? -change : change);
    }

    /// The same run as it was after so many stages, with the tasks that it had learned by then.
    ///
    /// @param earlier stages done, from 1 to all of a run that learns a task a stage
    public Matrix after(int earlier) {
        return new Matrix(figure, split, order.subList(0, earlier), earlier, cells);
    }

    /// Mean score on all tasks after the last stage; empty if one is not known.
    public OptionalDouble finalAverage() {
        return mean(order, this::last);
    }

    private static OptionalDouble mean(List<String> tasks, Function<String, OptionalDouble> of) {
        double sum = 0;
        for (String task : tasks) {
            OptionalDouble value = of.apply(task);
            if (value.isEmpty()) {
                return OptionalDouble.empty();
            }
            sum += value.getAsDouble();
        }
        return tasks.isEmpty() ? OptionalDouble.empty() : OptionalDouble.of(sum / tasks.size());
    }
}
