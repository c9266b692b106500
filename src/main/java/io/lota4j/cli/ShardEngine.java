package io.lota4j.cli;

import io.lota4j.train.RemoteShards;
import io.lota4j.train.TrainConfig;
import java.util.List;
import java.util.function.Consumer;

/// Computes the shards of a training run in other processes, such as those of a cluster, each by a [ShardComputer]. The
/// command line finds engines by [java.util.ServiceLoader].
public interface ShardEngine {
    /// What it is asked for by, such as `spark`.
    String name();

    /// The same engine at an address.
    ///
    /// @param address in the engine's own form
    ShardEngine at(String address);

    /// What it would do, in whole sentences.
    ///
    /// @param config of the run
    /// @param values that are trained
    /// @param memory of a process that computes shards, bytes
    List<String> plan(TrainConfig config, long values, long memory);

    /// Processes for one run.
    ///
    /// @param order what they are told, but for the identity, which the run says when it begins
    /// @param says told whole sentences about the processes
    Processes open(ShardOrder order, Consumer<String> says);

    /// Compute shards until they are closed.
    interface Processes extends RemoteShards, AutoCloseable {
        @Override
        void close();
    }
}
