package io.lota4j.train;

import io.lota4j.internal.train.Reached;
import java.io.Serializable;
import java.util.Map;
import java.util.TreeMap;

/// What one shard adds to a step.
///
/// @param loss its part of the step's loss
/// @param tokens that went through the model
/// @param scored labelled ones among them
/// @param figures that the objective tells beside the loss, as parts of the step's, by name
/// @param reached what its passes had a part for
/// @param gradients of its part of the step's loss, F32, all trained weights' one after the other; empty where they
///     are where the step's are made
@SuppressWarnings("ArrayRecordComponent") // made once, never written
public record ShardSums(
        double loss, long tokens, long scored, TreeMap<String, Double> figures, Reached reached, float[] gradients)
        implements Serializable {
    /// Adds parts of figures to those of the shards before.
    ///
    /// @param step to be added to
    public void addFigures(Map<String, Double> step) {
        figures.forEach((name, value) -> step.merge(name, value, Double::sum));
    }
}
