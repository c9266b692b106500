package io.lota4j.metrics;

import io.lota4j.internal.Text;
import org.jspecify.annotations.Nullable;

/// One figure.
///
/// @param where what it belongs to
/// @param figure what was measured
/// @param value finite
/// @param n how much it was measured on (see [Figure]), at least 0
public record Metric(Where where, Figure figure, double value, long n) {
    public Metric {
        if (!Double.isFinite(value)) {
            throw new IllegalArgumentException(Text.format("%s of %s is %s", figure.key(), where, value));
        }
    }

    /// Whether another is the same figure of the same.
    public boolean isOfTheSame(Metric other) {
        return figure == other.figure && where.equals(other.where);
    }

    /// What a figure belongs to. What does not apply is null.
    ///
    /// @param run the run's name; `base` for the untouched base
    /// @param seed of the run
    /// @param stage stages done, 0: the base
    /// @param task whose data it was measured on; of a probe, the probe
    /// @param split of that data
    /// @param step of training, from 1
    /// @param part of the model, such as `layers.3.mlp.up_proj`
    /// @param other the task that this one is compared with
    /// @param slice what else of its kind it is of, such as `category=acts prefill=5`: keys sorted,
    ///     those that have their default left out
    public record Where(
            String run,
            long seed,
            int stage,
            @Nullable String task,
            @Nullable Split split,
            @Nullable Long step,
            @Nullable String part,
            @Nullable String other,
            @Nullable String slice) {

        /// A whole stage.
        public static Where stage(String run, long seed, int stage, @Nullable String task) {
            return new Where(run, seed, stage, task, null, null, null, null, null);
        }

        public Where at(@Nullable Split of) {
            return new Where(run, seed, stage, task, of, step, part, other, slice);
        }

        public Where atStep(long of) {
            return new Where(run, seed, stage, task, split, of, part, other, slice);
        }

        public Where in(@Nullable String of) {
            return new Where(run, seed, stage, task, split, step, of, other, slice);
        }

        public Where beside(String task) {
            return new Where(run, seed, stage, this.task, split, step, part, task, slice);
        }

        public Where sliced(@Nullable String of) {
            return new Where(run, seed, stage, task, split, step, part, other, of);
        }

        /// The same of a stage of another run.
        public Where of(String otherRun, long otherSeed, int otherStage) {
            return new Where(otherRun, otherSeed, otherStage, task, split, step, part, other, slice);
        }
    }

    /// Which rows of a task's data.
    public enum Split {
        TRAIN,
        /// For choosing settings: what is chosen by it is judged on [#TEST].
        VALIDATION,
        TEST,
        /// Text that belongs to no task: general forgetting.
        HELD_OUT
    }
}
