package io.lota4j.train;

import java.util.List;
import java.util.Map;

/// Computes the shards of a run's steps somewhere else. What a shard adds to a step is a pure function of the trained
/// values, the step and the shard, so that one may be computed anywhere, and again where a machine was lost.
public interface RemoteShards {
    /// Called once, before the first step.
    ///
    /// @param identity what makes two runs the same, such as the base's fingerprint; all that compute shards must
    ///     have the same
    void begin(Map<String, String> identity);

    /// The sums of all shards of a step, in their order.
    ///
    /// @param step from 1
    /// @param values that the trained weights have, F32, one tensor's after the other in the order of names
    /// @throws io.lota4j.LotaException if a shard cannot be computed
    List<ShardSums> of(long step, float[] values);

    /// What the shards come to by steps of their own, in their order; see [LocalSgd].
    ///
    /// @param from the first step, from 1
    /// @param steps how many
    /// @param values that all shards start with, F32, as of [#of]
    /// @param optimizers the states of the shards' optimizers
    /// @throws io.lota4j.LotaException if a shard cannot be computed
    List<ReplicaRound> round(long from, int steps, float[] values, List<ReplicaRound.OptimizerState> optimizers);
}
