package io.lota4j.guard;

import io.lota4j.internal.checkpoint.LayerName;
import io.lota4j.mask.Mask;
import io.lota4j.mask.MaskTensor;
import io.lota4j.mask.Overlap;
import java.util.Collections;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.function.Function;

/// The weights that carry a behaviour and not the usual abilities: of the highest scores by rows
/// of the behaviour those that are not among the highest by other rows, the set difference of
/// arXiv 2402.05162.
///
/// @param mask of the region; 1 = in it
/// @param safety the highest share q by the rows of the behaviour
/// @param utility the same share by the other rows, to compare with
/// @param shortGroups rows, tensors or pools that have fewer scores over zero than their share,
///     by the behaviour
/// @param smallGroups rows or tensors of so few weights that their share is less than one
public record Region(Mask mask, Mask safety, Mask utility, long shortGroups, long smallGroups) {
    /// A part of the pool.
    ///
    /// @param region weights of the region
    /// @param weights of the part
    /// @param tops how many weights the two tops have there, and have in common
    public record Part(long region, long weights, Overlap.Counts tops) {
        /// Share of the part that is in the region, in [0, 1].
        public double share() {
            return weights == 0 ? 0 : (double) region / weights;
        }

        /// Weights in both tops over weights in either, in [0, 1].
        public double jaccard() {
            return tops.iou();
        }

        /// The same for tops of these sizes that are drawn by chance: q / (2 - q) where both are
        /// a share q.
        public double chance() {
            double both = weights == 0 ? 0 : (double) tops.first() * tops.second() / weights;
            double either = tops.first() + tops.second() - both;
            return either == 0 ? 1 : both / either;
        }

        private Part plus(Part other) {
            Overlap.Counts sum = new Overlap.Counts(
                    tops.first() + other.tops.first(),
                    tops.second() + other.tops.second(),
                    tops.intersection() + other.tops.intersection());
            return new Part(region + other.region, weights + other.weights, sum);
        }
    }

    /// The whole pool.
    public Part whole() {
        return new Part(
                mask.trainable(), mask.poolSize(), safety.overlap(utility).total());
    }

    /// By the number of the layer.
    public SequencedMap<Integer, Part> layers() {
        return parts(name -> LayerName.of(name).map(LayerName::index).orElse(-1));
    }

    /// By kind of matrix, such as `mlp.down_proj`.
    public SequencedMap<String, Part> kinds() {
        return parts(LayerName::kind);
    }

    private <K extends Comparable<K>> SequencedMap<K, Part> parts(Function<String, K> key) {
        SequencedMap<K, Part> parts = new TreeMap<>();
        Map<String, Overlap.Counts> tops = safety.overlap(utility).tensors();
        mask.tensors().forEach((name, tensor) -> {
            Overlap.Counts counts = tops.getOrDefault(name, new Overlap.Counts(0, 0, 0));
            parts.merge(key.apply(name), part(tensor, counts), Part::plus);
        });
        return Collections.unmodifiableSequencedMap(parts);
    }

    private static Part part(MaskTensor tensor, Overlap.Counts tops) {
        return new Part(tensor.count(), tensor.shape().numel(), tops);
    }
}
