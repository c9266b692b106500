package io.lota4j.internal.train;

import io.lota4j.train.TrainConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// The passes of a step, by the shards that its samples are cut into: a pure function of the step, so that every
/// machine knows the same ones.
///
/// @param shards passes of each, in the order in which their sums are added; one has none where samples are few
record StepShards(List<List<MicroBatch>> shards) {
    /// @param step from 1
    /// @param chunk most tokens of a pass, where samples are short enough
    static StepShards of(Samples samples, long step, TrainConfig config, int chunk) {
        List<List<Sample>> microBatches = new ArrayList<>();
        for (int m = 0; m < config.accumulation(); m++) {
            microBatches.add(samples.microBatch((step - 1) * config.accumulation() + m));
        }
        if (config.shards() == 1) {
            return new StepShards(List.of(passes(microBatches, chunk)));
        }
        List<List<MicroBatch>> shards = new ArrayList<>();
        for (int shard = 0; shard < config.shards(); shard++) {
            List<Sample> own = of(microBatches.stream().flatMap(List::stream).toList(), shard, config.shards());
            List<List<Sample>> cut = new ArrayList<>();
            for (int from = 0; from < own.size(); from += config.batchSize()) {
                cut.add(own.subList(from, Math.min(own.size(), from + config.batchSize())));
            }
            shards.add(passes(cut, chunk));
        }
        return new StepShards(shards);
    }

    /// A shard's part of a step's samples: neighbours, and of any two shards one has at most one more than the other.
    static List<Sample> of(List<Sample> step, int shard, int shards) {
        return step.subList((int) ((long) shard * step.size() / shards), (int) ((shard + 1L) * step.size() / shards));
    }

    private static List<MicroBatch> passes(List<List<Sample>> microBatches, int chunk) {
        return microBatches.stream()
                .flatMap(samples -> MicroBatch.passes(samples, chunk).stream())
                .toList();
    }

    /// All passes of the step.
    Stream<MicroBatch> passes() {
        return shards.stream().flatMap(List::stream);
    }
}
