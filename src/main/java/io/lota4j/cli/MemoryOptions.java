package io.lota4j.cli;

import io.lota4j.ProcessMemory;
import io.lota4j.Text;
import io.lota4j.model.ActivationPolicy;
import io.lota4j.model.BaseWeights;
import io.lota4j.model.MemoryPolicy;
import io.lota4j.model.ModelConfig;
import io.lota4j.train.MemoryEstimate;
import io.lota4j.train.TrainConfig;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
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
            description = "Leave the layers' weights, and an embedding or a head of more than 256 MiB, in the base's "
                    + "mapped files and widen them when they are computed with: less memory, more time, the same "
                    + "result.")
    private boolean mapped;

    MemoryPolicy policy() {
        return new MemoryPolicy(
                checkpointing ? ActivationPolicy.RECOMPUTE : ActivationPolicy.KEEP,
                mapped ? BaseWeights.MAPPED : BaseWeights.LOADED);
    }

    /// @param trained weights, in matrices of `pool` weights in all
    MemoryEstimate estimate(Path base, TrainConfig config, long trained, long pool) {
        return MemoryEstimate.of(ModelConfig.of(base), policy(), config.optimizer(), trained, pool);
    }

    /// Says before weights are loaded that a run needs more memory than there is.
    static void warn(MemoryEstimate needed, PrintWriter err) {
        warning(needed.total() - ProcessMemory.resident().orElse(0), ProcessMemory.available())
                .ifPresent(err::println);
    }

    /// @param more bytes that are needed beside what is resident now
    /// @param available bytes, empty where the system does not tell
    static Optional<String> warning(long more, OptionalLong available) {
        return available.isPresent() && available.getAsLong() < more
                ? Optional.of(Text.format(
                        "lota: warning: about %s more memory is needed, and %s can be had on this machine or in this "
                                + "container: the run may be ended by the system.",
                        Words.bytes(more), Words.bytes(available.getAsLong())))
                : Optional.empty();
    }
}
