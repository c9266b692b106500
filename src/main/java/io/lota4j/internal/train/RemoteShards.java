package io.lota4j.internal.train;

import java.util.List;

/// Computes the shards of a step somewhere else.
@FunctionalInterface
public interface RemoteShards {
    /// The sums of all shards of a step, in their order.
    ///
    /// @param step from 1
    /// @param values that the trained weights have, F32, one trainable's after the other
    List<ShardSums> of(long step, float[] values);
}
