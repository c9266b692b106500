package io.lota4j.mask;

import io.lota4j.internal.checkpoint.LayerName;
import java.util.Collections;
import java.util.SequencedMap;
import java.util.TreeMap;

/// Where the trainable weights of a mask lie.
///
/// @param tensors by tensor name, sorted
/// @param kinds by kind of tensor, such as `mlp.down_proj`, sorted: the sum over all layers
/// @param total over the whole pool
public record MaskStatistics(SequencedMap<String, Share> tensors, SequencedMap<String, Share> kinds, Share total) {
    /// A part of a pool.
    ///
    /// @param trainable how many weights are trainable
    /// @param poolSize how many weights there are
    public record Share(long trainable, long poolSize) {
        /// Trainable share, in [0, 1]; 0 where there is no weight.
        public double density() {
            return poolSize == 0 ? 0 : (double) trainable / poolSize;
        }

        private Share plus(Share other) {
            return new Share(trainable + other.trainable, poolSize + other.poolSize);
        }
    }

    /// The statistics of a mask.
    public static MaskStatistics of(Mask mask) {
        SequencedMap<String, Share> tensors = new TreeMap<>();
        SequencedMap<String, Share> kinds = new TreeMap<>();
        mask.tensors().forEach((name, tensor) -> {
            Share share = new Share(tensor.count(), tensor.shape().numel());
            tensors.put(name, share);
            kinds.merge(LayerName.kind(name), share, Share::plus);
        });
        return new MaskStatistics(
                Collections.unmodifiableSequencedMap(tensors),
                Collections.unmodifiableSequencedMap(kinds),
                new Share(mask.trainable(), mask.poolSize()));
    }
}
