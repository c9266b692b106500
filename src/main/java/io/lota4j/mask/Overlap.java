package io.lota4j.mask;

import java.util.SequencedMap;

/// How far two masks choose the same weights.
///
/// @param total over all tensors
/// @param tensors by tensor name, sorted
public record Overlap(Counts total, SequencedMap<String, Counts> tensors) {
    /// Numbers of trainable weights.
    ///
    /// @param first in the first mask
    /// @param second in the second mask
    /// @param intersection in both
    public record Counts(long first, long second, long intersection) {
        /// Trainable in at least one mask.
        public long union() {
            return first + second - intersection;
        }

        /// Intersection over union, in [0, 1]; 1 for two empty sets, which are equal.
        public double iou() {
            return union() == 0 ? 1 : (double) intersection / union();
        }

        Counts plus(Counts other) {
            return new Counts(first + other.first, second + other.second, intersection + other.intersection);
        }
    }

    /// Weights trainable in both masks.
    public long intersection() {
        return total.intersection();
    }

    /// Weights trainable in at least one mask.
    public long union() {
        return total.union();
    }

    /// Intersection over union, in [0, 1]; 1 for two empty masks.
    public double iou() {
        return total.iou();
    }
}
