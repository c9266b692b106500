package io.lota4j.cli;

import io.lota4j.internal.ProcessMemory;
import io.lota4j.internal.Text;
import io.lota4j.internal.model.ModelConfig;
import io.lota4j.internal.train.ShardFold;
import io.lota4j.model.MemoryPolicy;
import io.lota4j.model.MemoryPolicy.ActivationPolicy;
import io.lota4j.model.MemoryPolicy.BaseWeights;
import io.lota4j.train.MemoryEstimate;
import io.lota4j.train.TrainConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import picocli.CommandLine.Option;

/// How a run saves memory, as a picocli mixin.
final class MemoryOptions {
    static final String MAPPED = "--mapped-base";
    static final String MAPPED_HELP =
            "Leave the layers' weights, and an embedding or a head of more than 256 MiB, in the base's mapped files"
                    + " and widen them when they are computed with: less memory, more time, the same result;"
                    + " scores but for rounding.";
    private static final String CHECKPOINTING = "--activation-checkpointing";

    static final MemoryPolicy ONLY_MAPPED = new MemoryPolicy(ActivationPolicy.KEEP, BaseWeights.MAPPED);

    /// Those that save memory, the faster ones first.
    static final List<MemoryPolicy> ALL = List.of(
            ONLY_MAPPED,
            new MemoryPolicy(ActivationPolicy.RECOMPUTE, BaseWeights.LOADED),
            new MemoryPolicy(ActivationPolicy.RECOMPUTE, BaseWeights.MAPPED));

    @Option(
            names = CHECKPOINTING,
            description = "Keep each layer's input only and compute the rest again on the way back: less memory, "
                    + "more time, the same result.")
    private boolean checkpointing;

    @Option(names = MAPPED, description = MAPPED_HELP)
    private boolean mapped;

    MemoryPolicy policy() {
        return new MemoryPolicy(
                checkpointing ? ActivationPolicy.RECOMPUTE : ActivationPolicy.KEEP,
                mapped ? BaseWeights.MAPPED : BaseWeights.LOADED);
    }

    /// @param trained weights, in matrices of `pool` weights in all
    static MemoryEstimate estimate(MemoryPolicy policy, Path base, TrainConfig config, long trained, long pool) {
        return MemoryEstimate.of(ModelConfig.of(base), policy, config.optimizer(), trained, pool)
                .withState(ShardFold.copies(config, trained));
    }

    /// Says before weights are loaded that a run needs more memory than there is, and by which flags it needs less.
    ///
    /// @param needed what the run needs under each policy
    /// @param others policies that the user could ask for instead
    static void warn(
            MemoryPolicy chosen,
            Collection<MemoryPolicy> others,
            ToLongFunction<MemoryPolicy> needed,
            Messages messages) {
        long resident = ProcessMemory.resident().orElse(0);
        warning(chosen, others, policy -> needed.applyAsLong(policy) - resident, ProcessMemory.available())
                .ifPresent(messages::tell);
    }

    /// As [#warn] for a run that can have every policy.
    void warn(Function<MemoryPolicy, MemoryEstimate> needed, Messages messages) {
        warn(policy(), ALL, policy -> needed.apply(policy).total(), messages);
    }

    /// @param more bytes that are needed beside what is resident now
    /// @param available bytes, empty where the system does not tell
    static Optional<String> warning(
            MemoryPolicy chosen,
            Collection<MemoryPolicy> others,
            ToLongFunction<MemoryPolicy> more,
            OptionalLong available) {
        long asked = more.applyAsLong(chosen);
        if (available.isEmpty() || asked <= available.getAsLong()) {
            return Optional.empty();
        }
        return Optional.of(Text.format(
                "lota: warning: about %s more memory is needed, and %s can be had on this machine or in this "
                        + "container: the run may be ended by the system.%s",
                ResultLines.bytes(asked),
                ResultLines.bytes(available.getAsLong()),
                advice(asked, others, more, available.getAsLong())));
    }

    /// The first policy that fits, else the one that needs least, if it is less than what was asked for.
    private static String advice(
            long asked, Collection<MemoryPolicy> others, ToLongFunction<MemoryPolicy> more, long available) {
        return others.stream()
                .filter(policy -> more.applyAsLong(policy) <= available)
                .findFirst()
                .or(() -> others.stream()
                        .min(Comparator.comparingLong(more))
                        .filter(policy -> more.applyAsLong(policy) < asked))
                .map(policy -> Text.format(
                        more.applyAsLong(policy) <= available
                                ? " With %s about %s would do."
                                : " Even with %s it is about %s.",
                        flags(policy),
                        ResultLines.bytes(more.applyAsLong(policy))))
                .orElse("");
    }

    private static String flags(MemoryPolicy policy) {
        List<String> flags = new ArrayList<>();
        if (policy.state() != null) {
            flags.add(StateDirectory.NAME + " " + policy.state());
        } else if (policy.base() == BaseWeights.MAPPED) {
            flags.add(MAPPED);
        }
        if (policy.activations() == ActivationPolicy.RECOMPUTE) {
            flags.add(CHECKPOINTING);
        }
        return String.join(" and ", flags);
    }
}
