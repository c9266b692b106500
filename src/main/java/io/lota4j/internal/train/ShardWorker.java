package io.lota4j.internal.train;

import io.lota4j.LotaException;
import io.lota4j.internal.Text;
import io.lota4j.internal.train.Samples.BatchedSamples;
import io.lota4j.train.Optimizer;
import io.lota4j.train.ReplicaRound;
import io.lota4j.train.ReplicaRound.OptimizerState;
import io.lota4j.train.ShardSums;
import io.lota4j.train.TrainConfig;

/// Computes shards of the steps of a run that goes on elsewhere: a pure function of the trained values, the step and
/// the shard, and where shards take steps apart of their optimizers' states as well. No state is left by it.
public final class ShardWorker implements AutoCloseable {
    private final Job job;
    private final Parameters parameters;
    private final Samples samples;
    private final StepRunner runner;
    private final Replica replica;

    /// @param job of the run, with a model of its own; the caller closes it
    /// @throws LotaException if the run's shards cannot be computed apart from it
    public ShardWorker(Job job) {
        requireFit(job);
        this.job = job;
        this.parameters = MaskedParameters.of(job.model().decoder(), job.mask(), optimizer(job.config()), job.kernel());
        this.samples = BatchedSamples.of(job.data(), job.config());
        this.runner =
                new StepRunner(job.model().decoder(), job.config(), job.kernel(), parameters, null, null, null, null);
        this.replica = new Replica(runner, parameters, samples);
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
        Job.requireFitsArray(job.mask(), "can be sent to other machines");
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
        replica.set(values);
        return runner.shard(samples, step, shard);
    }

    /// What a shard comes to by steps of its own.
    ///
    /// @param from the first step, from 1
    /// @param steps how many
    /// @param shard from 0
    /// @param values that it begins with, as of [#compute]
    /// @param optimizer the state of the shard's optimizer
    public ReplicaRound round(long from, int steps, int shard, float[] values, OptimizerState optimizer) {
        return replica.round(from, steps, shard, values, optimizer, () -> false).orElseThrow();
    }

    /// Only shards that take steps of their own move the weights.
    private static Optimizer optimizer(TrainConfig config) {
        return config.local() == null ? new Optimizer.Sgd(0, 0) : config.optimizer();
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
