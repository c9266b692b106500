package io.lota4j.internal.metrics;

import io.lota4j.internal.metrics.RunFile.Run;
import io.lota4j.metrics.Direction;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Function;

/// Runs that differ in their seed alone.
///
/// @param method their label
/// @param course tasks, one a stage, and who trains them
/// @param lr learning rate
/// @param runs at least one
public record Group(String method, Course course, double lr, List<Run> runs) {
    /// Tasks, one a stage; of merges those that went in.
    public List<String> order() {
        return course.order();
    }

    /// The same of some runs.
    public Group with(List<Run> some) {
        return new Group(method, course, lr, some);
    }

    /// One value of each run that has it.
    public Optional<Spread> spread(Direction direction, Function<Run, OptionalDouble> value) {
        List<Double> values = new ArrayList<>();
        runs.forEach(run -> value.apply(run).ifPresent(values::add));
        return Spread.of(direction, values);
    }

    /// Whether they are merges of runs, not runs over tasks.
    public boolean merges() {
        return runs.getFirst().kind().equals("merge");
    }
}
