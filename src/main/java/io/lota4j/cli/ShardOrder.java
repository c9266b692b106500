package io.lota4j.cli;

import java.io.Serializable;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// What a process has to know to compute shards of a command's run.
///
/// @param arguments of the command, as they were given
/// @param lr the run's learning rate, which the arguments need not have
/// @param shards of a step
/// @param identity of the run, which the process must find the same
public record ShardOrder(List<String> arguments, double lr, int shards, TreeMap<String, String> identity)
        implements Serializable {
    ShardOrder(List<String> arguments, double lr, int shards) {
        this(List.copyOf(arguments), lr, shards, new TreeMap<>());
    }

    /// The same for a run that has said what it is.
    public ShardOrder of(Map<String, String> run) {
        return new ShardOrder(arguments, lr, shards, new TreeMap<>(run));
    }
}
