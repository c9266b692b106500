package io.lota4j.internal.experiment;

import io.lota4j.LotaException;
import io.lota4j.internal.train.Ranges;
import io.lota4j.train.Clip;
import io.lota4j.train.LocalSgd;
import io.lota4j.train.Optimizer;
import io.lota4j.train.Reduction;
import io.lota4j.train.Schedule;
import io.lota4j.train.TrainConfig;
import io.lota4j.train.objective.Objective;
import org.jspecify.annotations.Nullable;

/// How every stage of an experiment is trained.
///
/// @param steps of a stage
/// @param optimizer of training, and of calibrations without their own
/// @param schedule of the learning rate after the warm-up
/// @param warmupSteps of training; calibrations have none
/// @param batchSize examples per micro-batch
/// @param accumulation micro-batches per step
/// @param clip how gradients are bounded
/// @param maxNorm the bound
/// @param saveEvery steps between two states on disk; 0: only when stopped
/// @param objective of tasks and methods that do not have their own
/// @param reduction what a batch's loss is the mean of
/// @param shuffle whether each epoch has an order of its own, by the seed; else the file's
/// @param shards parts that a step's examples are cut into
/// @param local has each shard take steps of its own between two exchanges, or null
public record Training(
        long steps,
        Optimizer optimizer,
        Schedule schedule,
        long warmupSteps,
        int batchSize,
        int accumulation,
        Clip clip,
        double maxNorm,
        long saveEvery,
        Objective objective,
        Reduction reduction,
        boolean shuffle,
        int shards,
        @Nullable LocalSgd local) {
    /// Another order of the same rows than a calibration with the same seed, which training must not repeat.
    private static final long CALIBRATION_ORDER = 0x63616c6962726174L;

    /// @throws io.lota4j.LotaException with everything that is out of its range
    public Training {
        Ranges ranges = new Ranges().atLeast(0, saveEvery, "steps between two states");
        try {
            new TrainConfig(
                    steps,
                    optimizer,
                    1,
                    schedule,
                    Math.min(warmupSteps, steps),
                    batchSize,
                    accumulation,
                    clip,
                    maxNorm,
                    reduction,
                    0,
                    shuffle,
                    objective,
                    shards,
                    local);
        } catch (LotaException refusal) {
            ranges.problems(refusal);
        }
        ranges.requireNone();
    }

    /// The same with other steps.
    public Training with(long others) {
        return new Training(
                others,
                optimizer,
                schedule,
                warmupSteps,
                batchSize,
                accumulation,
                clip,
                maxNorm,
                saveEvery,
                objective,
                reduction,
                shuffle,
                shards,
                local);
    }

    /// The settings of a stage's training.
    public TrainConfig config(long steps, double lr, long seed, Objective minimised) {
        return config(steps, optimizer, lr, schedule, Math.min(warmupSteps, steps), seed, minimised, local);
    }

    /// The settings of a calibration, whose shards take all steps together.
    ///
    /// @param effort its steps, rate and optimizer
    public TrainConfig calibration(Method.Effort effort, long seed, Objective minimised) {
        Optimizer own = effort.optimizer();
        return config(
                effort.steps(),
                own == null ? optimizer : own,
                effort.lr(),
                Schedule.CONSTANT,
                0,
                seed ^ CALIBRATION_ORDER,
                minimised,
                null);
    }

    private TrainConfig config(
            long steps,
            Optimizer rule,
            double lr,
            Schedule schedule,
            long warmup,
            long seed,
            Objective minimised,
            @Nullable LocalSgd apart) {
        return new TrainConfig(
                steps,
                rule,
                lr,
                schedule,
                warmup,
                batchSize,
                accumulation,
                clip,
                maxNorm,
                reduction,
                seed,
                shuffle,
                minimised,
                shards,
                apart);
    }

    /// Steps of a batch of this size that take as many rows as so many steps of another, halves up; at least one.
    ///
    /// @param usual of the other
    public long steps(long steps, Training usual) {
        return Math.max(1, Math.floorDiv(2 * steps * usual.examples() + examples(), 2 * examples()));
    }

    /// Examples of one step.
    public long examples() {
        return (long) batchSize * accumulation;
    }
}
