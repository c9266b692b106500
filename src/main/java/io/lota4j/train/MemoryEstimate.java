package io.lota4j.train;

import io.lota4j.data.Dataset;
import io.lota4j.data.Example;
import io.lota4j.internal.model.ModelConfig;
import io.lota4j.internal.model.Weights;
import io.lota4j.internal.model.layer.Scripts;
import io.lota4j.internal.train.Job;
import io.lota4j.internal.train.Mix;
import io.lota4j.internal.train.ShardFold;
import io.lota4j.mask.Mask;
import io.lota4j.memory.Device;
import io.lota4j.model.MemoryPolicy;
import io.lota4j.model.MemoryPolicy.ActivationPolicy;
import io.lota4j.model.MemoryPolicy.BaseWeights;

/// What a run that trains or scores weights will need at its peak, in bytes, from sizes alone.
///
/// @param weights the working weights, F32
/// @param state gradients, moments and indices of what is trained, or the sums that scores are made of
/// @param pass what one pass through the model keeps, for a pass of [Device#chunk] tokens of which half are
///     scored, or of the longest example where it is known to be longer
/// @param runtime JVM, engine, and gaps between tensors whose sizes change from pass to pass
/// @param files what is kept in files of a directory for it and not in memory; no part of the total
public record MemoryEstimate(long weights, long state, long pass, long runtime, long files) {
    /// Resident in a process that has loaded a model of next to no size.
    private static final long PROCESS = 400_000_000;
    /// Gaps, as a share of what passes allocate. This and [#PROCESS] fit what was measured: `docs/performance.md`.
    private static final double GAPS = 0.9;
    /// Gaps and the scores of attention, as a share of what a longer example allocates more; fits what was measured.
    private static final double LONGER_GAPS = 0.35;

    /// @param pool weights of the matrices that hold the trained ones
    public static MemoryEstimate of(
            ModelConfig model, MemoryPolicy memory, Optimizer optimizer, long trained, long pool) {
        int index = trained < pool ? 1 : 0;
        if (memory.state() != null) {
            return of(model, memory, 0, 0).withFiles(trained * (2 + optimizer.moments() + index));
        }
        // Values and indices of what is trained, beside the base.
        long overlays = memory.base() == BaseWeights.MAPPED ? (1 + index) * trained : 0;
        return of(model, memory, trained * (1 + optimizer.moments() + index), overlays);
    }

    /// Of passes over the model by something that trains none of its weights in place.
    ///
    /// @param kept F32 values that it keeps beside the model
    public static MemoryEstimate of(ModelConfig model, MemoryPolicy memory, long kept) {
        return of(model, memory, kept, 0);
    }

    /// Of scoring and answering on a base with tickets on it.
    ///
    /// @param changed weights that the tickets change
    public static MemoryEstimate scoring(ModelConfig model, BaseWeights base, long changed) {
        long overlays = base == BaseWeights.MAPPED ? 2 * changed : 0;
        return of(model, new MemoryPolicy(ActivationPolicy.RECOMPUTE, base), 0, overlays);
    }

    private static MemoryEstimate of(ModelConfig model, MemoryPolicy memory, long kept, long overlays) {
        long pass = Device.CPU.chunk() * (floatsPerToken(model, memory) + model.vocabSize());
        return new MemoryEstimate(
                Float.BYTES * (Weights.inMemory(model, memory.base()) + overlays),
                Float.BYTES * kept,
                Float.BYTES * pass,
                PROCESS + Math.round(GAPS * Float.BYTES * pass),
                0);
    }

    private static long floatsPerToken(ModelConfig model, MemoryPolicy memory) {
        return memory.activations().floatsPerToken(model)
                + Scripts.of(model.blocks()).mostBack();
    }

    /// The same with these examples: one that is longer than a pass is a pass of its own. Logits are made in slices and
    /// do not grow with it.
    public MemoryEstimate withExamples(ModelConfig model, MemoryPolicy memory, Dataset data) {
        int longest =
                data.examples().stream().mapToInt(Example::allTokens).max().orElse(0);
        long more = Math.max(0, longest - Device.CPU.chunk()) * floatsPerToken(model, memory);
        return new MemoryEstimate(
                weights,
                state,
                pass + Float.BYTES * more,
                runtime + Math.round(LONGER_GAPS * Float.BYTES * more),
                files);
    }

    /// Of a job that has not run yet.
    public static MemoryEstimate of(Job job) {
        Mask mask = job.mask();
        return of(
                        job.model().decoder().config(),
                        job.model().decoder().memory(),
                        job.config().optimizer(),
                        mask.trainable(),
                        mask.poolSize())
                .withExamples(
                        job.model().decoder().config(), job.model().decoder().memory(), job.data())
                .withState(HeldOut.copies(job.heldOut(), mask.trainable())
                        + Mix.copies(job.mix(), mask.trainable())
                        + ShardFold.copies(job.config(), mask.trainable())
                        + (job.changes() == null ? 0 : mask.trainable()));
    }

    /// The same with more F32 values that the run keeps for what is trained.
    public MemoryEstimate withState(long values) {
        return files > 0
                ? withFiles(values)
                : new MemoryEstimate(weights, state + Float.BYTES * values, pass, runtime, files);
    }

    /// The same with more F32 values in files.
    public MemoryEstimate withFiles(long values) {
        return new MemoryEstimate(weights, state, pass, runtime, files + Float.BYTES * values);
    }

    public long total() {
        return weights + state + pass + runtime;
    }
}
