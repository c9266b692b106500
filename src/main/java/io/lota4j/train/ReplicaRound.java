package io.lota4j.train;

import java.io.Serializable;
import java.util.List;
import java.util.TreeMap;

/// What the steps that one shard took apart from the others came to; see [LocalSgd].
///
/// @param values that the shard's trained weights have after them, F32, one tensor's after the other in the order of
///     names
/// @param optimizer the state of the shard's optimizer after them
/// @param steps what is told of each; the last one is not finite where the round ended there
@SuppressWarnings("ArrayRecordComponent") // made once, never written
public record ReplicaRound(float[] values, OptimizerState optimizer, List<Step> steps) implements Serializable {
    /// What is told of one step.
    ///
    /// @param loss the shard's part of the loss of all shards' step
    /// @param norm of the gradient of the shard's own loss before clipping; 0 where it had no examples
    /// @param tokens that went through the model
    /// @param scored labelled ones among them
    /// @param figures that the objective tells beside the loss, as parts of the step's, by name
    public record Step(double loss, double norm, long tokens, long scored, TreeMap<String, Double> figures)
            implements Serializable {
        /// Whether the weights could be moved by it.
        public boolean isFinite() {
            return Double.isFinite(loss) && Double.isFinite(norm);
        }
    }

    /// What a shard's optimizer keeps from round to round.
    ///
    /// @param first moments, F32, in the values' order; empty where the rule has none
    /// @param second moments, likewise
    /// @param updates of each trained tensor, or of each of its parts that are moved apart
    @SuppressWarnings("ArrayRecordComponent") // made once, never written
    public record OptimizerState(float[] first, float[] second, List<long[]> updates) implements Serializable {}
}
