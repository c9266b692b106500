package io.lota4j.cli;

import java.io.Serializable;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// What a process has to know to compute shards of a command's run.
///
/// @param arguments of the command, as they were given
/// @param lr the run's learning rate, which the arguments need not have
/// @param identity of the run, which the process must find the same
public record ShardOrder(List<String> arguments, double lr, TreeMap<String, String> identity) implements Serializable {
    public ShardOrder(List<String> arguments, double lr, Map<String, String> identity) {
        this(List.copyOf(arguments), lr, new TreeMap<>(identity));
    }
}
