package io.lota4j.internal.train;

import io.lota4j.LotaException;
import io.lota4j.internal.Text;
import io.lota4j.internal.train.Samples.BatchedSamples;
import io.lota4j.train.Optimizer;
import io.lota4j.train.ShardSums;

/// Computes shards of the steps of a run that goes on elsewhere: a pure function of the trained values, the step and
/// the shard. It has the gradients' memory, and no optimizer's state.
public final class ShardWorker implements AutoCloseable {
    private final Job job;
    private final Parameters parameters;
    private final Samples samples;
    private final StepRunner runner;

    /// @param job of the run, with a model of its own; the caller closes it
    /// @throws LotaException if the run's shards cannot be computed apart from it
    public ShardWorker(Job job) {
        requireFit(job);
        this.job = job;
        this.parameters = MaskedParameters.of(job.model().decoder(), job.mask(), new Optimizer.Sgd(0, 0), job.kernel());
        this.samples = BatchedSamples.of(job.data(), job.config());
        this.runner =
                new StepRunner(job.model().decoder(), job.config(), job.kernel(), parameters, null, null, null, null);
    }

    /// Refuses runs whose shards need more than the trained values.
    ///
    /// @throws LotaException naming what they need
    public static void requireFit(Job job) {
        if (job.mix() != null) {
            throw new LotaException(
                    "Rows beside the task's cannot be mixed into a run whose shards are computed on other machines:"
                            + " those do not have the run's start. Leave the mix out, or train on one machine.");
        }
        if (job.config().objective().needsReference()) {
            throw new LotaException(Text.format(
                    "The objective '%s' compares with the run's start, which machines that compute its shards do not"
                            + " have. Take another objective, or train on one machine.",
                    job.config().objective().name()));
        }
        if (job.mask().trainable() > Integer.MAX_VALUE - 8) {
            throw new LotaException(Text.format(
                    "The mask has %,d trained weights; at most %,d can be sent to other machines. Take a mask of a"
                            + " higher sparsity, or train on one machine.",
                    job.mask().trainable(), Integer.MAX_VALUE - 8));
        }
    }

    /// What a shard adds to a step.
    ///
    /// @param step from 1
    /// @param shard from 0
    /// @param values that the trained weights have, F32, one tensor's after the other in the order of names
    public ShardSums compute(long step, int shard, float[] values) {
        long count = job.mask().trainable();
        if (values.length != count) {
            throw new IllegalArgumentException(Text.format("%,d values for %,d trained weights", values.length, count));
        }
        Concatenated.each(values, parameters.trainables(), Trainable::copyFrom);
        parameters.moved();
        return runner.shard(samples, step, shard);
    }

    /// The run whose shards they are.
    public Job job() {
        return job;
    }

    @Override
    public void close() {
        parameters.close();
    }
}
