package io.lota4j.cli;

import io.lota4j.checkpoint.Checkpoint;
import io.lota4j.model.ActivationPolicy;
import io.lota4j.model.BaseWeights;
import io.lota4j.model.MemoryPolicy;
import io.lota4j.model.ModelConfig;
import io.lota4j.train.MemoryEstimate;
import io.lota4j.train.TrainConfig;
import picocli.CommandLine.Option;

/// How a run saves memory, as a picocli mixin.
final class MemoryOptions {
    @Option(
            names = "--activation-checkpointing",
            description = "Keep each layer's input only and compute the rest again on the way back: less memory, "
                    + "more time, the same result.")
    private boolean checkpointing;

    @Option(
            names = "--mapped-base",
            description = "Leave the layers' weights in the base's mapped files and widen each layer when it is "
                    + "computed: less memory, more time, the same result.")
    private boolean mapped;

    MemoryPolicy policy() {
        return new MemoryPolicy(
                checkpointing ? ActivationPolicy.RECOMPUTE : ActivationPolicy.KEEP,
                mapped ? BaseWeights.MAPPED : BaseWeights.LOADED);
    }

    /// @param trained weights, in matrices of `pool` weights in all
    MemoryEstimate estimate(Checkpoint base, TrainConfig config, long trained, long pool) {
        return MemoryEstimate.of(ModelConfig.of(base.directory()), policy(), config.optimizer(), trained, pool);
    }
}
