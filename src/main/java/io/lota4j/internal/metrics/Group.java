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
/// @param order tasks, one a stage; of merges those that went in
/// @param lr learning rate
/// @param runs at least one
public record Group(String method, List<String> order, double lr, List<Run> runs) {
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
