package io.lota4j.internal.train;

import ai.djl.pytorch.engine.PtNDManager;
import io.lota4j.internal.kernel.Entries;
import io.lota4j.internal.kernel.MaskedKernel;
import io.lota4j.internal.memory.Buffer;
import io.lota4j.internal.model.Decoder;
import io.lota4j.internal.model.ValueStore;
import io.lota4j.train.TrainConfig;
import java.util.List;

/// Adds up the gradients of a step's shards in F32, in their order, `((0 + g0) + g1) + …`: the step's gradient has the
/// same bits wherever the shards were computed. That keeps 4 bytes for each trained value.
///
/// @param sums F32, of each trainable, `[entries]`
public record ShardFold(List<Trainable> trainables, StepGradients gradients, MaskedKernel kernel, List<Buffer> sums) {
    /// @param scope owns the sums
    static ShardFold of(Decoder decoder, Parameters parameters, MaskedKernel kernel, PtNDManager scope) {
        List<Trainable> trainables = parameters.trainables();
        ValueStore store = decoder.store(
                scope, trainables.stream().mapToLong(t -> t.entries().count()));
        return new ShardFold(
                trainables,
                parameters.gradients(),
                kernel,
                trainables.stream()
                        .map(t -> store.floats(t.entries().count()).memory())
                        .toList());
    }

    /// Whether a step's gradient is made of those of several shards.
    static boolean isNeeded(TrainConfig config) {
        return config.shards() > 1 && config.local() == null;
    }

    /// F32 values that a run keeps for its shards. Where they take steps apart: the outer momentum, the values that
    /// a round begins with, those of a shard, the sum of what the shards moved by, and of each shard what its
    /// optimizer has.
    ///
    /// @param trained values of the run
    public static long copies(TrainConfig config, long trained) {
        if (config.local() != null) {
            return trained * (4 + (long) config.shards() * config.optimizer().moments());
        }
        return isNeeded(config) ? trained : 0;
    }

    /// Begins a step.
    void clear() {
        sums.forEach(Buffer::zero);
    }

    /// Adds the gradients that are there, and makes room for those of the next shard.
    void add() {
        for (int t = 0; t < sums.size(); t++) {
            add(trainables.get(t).gradientMemory(), trainables.get(t), sums.get(t));
        }
        gradients.zero();
    }

    /// Puts the sums where a step looks for its gradients.
    void end() {
        for (int t = 0; t < sums.size(); t++) {
            add(sums.get(t), trainables.get(t), trainables.get(t).gradientMemory());
        }
    }

    private void add(Buffer from, Trainable trainable, Buffer to) {
        kernel.gatherAdd(from, Entries.all(trainable.entries().count()), to);
        ValueStore.rest(from);
        ValueStore.rest(to);
    }
}
