package io.lota4j.train;

import io.lota4j.train.objective.Objective;
import io.lota4j.train.objective.Sft;
import org.jspecify.annotations.Nullable;

/// Settings of a run in the making: what is not said keeps its default.
public final class TrainConfigBuilder {
    private final long steps;
    private final double lr;
    private Optimizer optimizer = Optimizer.AdamW.DEFAULT;
    private Schedule schedule = Schedule.CONSTANT;
    private long warmupSteps;
    private int batchSize = 8;
    private int accumulation = 1;
    private Clip clip = Clip.GLOBAL;
    private double maxNorm = 1;
    private Reduction reduction = Reduction.TOKEN_MEAN;
    private long seed;
    private boolean shuffle = true;
    private Objective objective = new Sft();
    private int shards = 1;
    private @Nullable LocalSgd local;

    TrainConfigBuilder(long steps, double lr) {
        this.steps = steps;
        this.lr = lr;
    }

    /// The rule, AdamW by default.
    public TrainConfigBuilder optimizer(Optimizer value) {
        optimizer = value;
        return this;
    }

    /// What the rate does after the warm-up: by default it stays.
    public TrainConfigBuilder schedule(Schedule value) {
        schedule = value;
        return this;
    }

    /// Steps over which the rate rises, 0 by default.
    public TrainConfigBuilder warmupSteps(long value) {
        warmupSteps = value;
        return this;
    }

    /// Examples per micro-batch, 8 by default.
    public TrainConfigBuilder batchSize(int value) {
        batchSize = value;
        return this;
    }

    /// Micro-batches per step, 1 by default.
    public TrainConfigBuilder accumulation(int value) {
        accumulation = value;
        return this;
    }

    /// How gradients are bounded and by what: by default one norm over all of them, 1.
    ///
    /// @param bound not read with [Clip#NONE]
    public TrainConfigBuilder clip(Clip value, double bound) {
        clip = value;
        maxNorm = bound;
        return this;
    }

    /// What the loss is the mean of: by default all scored tokens of a step.
    public TrainConfigBuilder reduction(Reduction value) {
        reduction = value;
        return this;
    }

    /// Seed of the data order, 0 by default.
    public TrainConfigBuilder seed(long value) {
        seed = value;
        return this;
    }

    /// Whether the rows are shuffled, true by default; else they come in the file's order.
    public TrainConfigBuilder shuffle(boolean value) {
        shuffle = value;
        return this;
    }

    /// What is minimised: by default the cross entropy of labelled tokens.
    public TrainConfigBuilder objective(Objective value) {
        objective = value;
        return this;
    }

    /// Parts that a step's examples are cut into, 1 by default. Each has sums of its own, which are added in their
    /// order: what comes out depends on their number, and not on where they are computed.
    public TrainConfigBuilder shards(int value) {
        shards = value;
        return this;
    }

    /// Has each shard take steps of its own between two exchanges of values; by default each step is one of all shards.
    ///
    /// @param value null for that
    public TrainConfigBuilder local(@Nullable LocalSgd value) {
        local = value;
        return this;
    }

    /// The settings.
    ///
    /// @throws io.lota4j.LotaException if one is out of its range
    public TrainConfig build() {
        return new TrainConfig(
                steps,
                optimizer,
                lr,
                schedule,
                warmupSteps,
                batchSize,
                accumulation,
                clip,
                maxNorm,
                reduction,
                seed,
                shuffle,
                objective,
                shards,
                local);
    }
}
