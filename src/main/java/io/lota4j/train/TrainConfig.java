package io.lota4j.train;

import io.lota4j.LotaException;
import io.lota4j.data.Dataset;
import io.lota4j.data.Example;
import io.lota4j.internal.Text;
import io.lota4j.internal.data.BatchOrder;
import io.lota4j.internal.train.Ranges;
import io.lota4j.internal.train.SettingsText;
import io.lota4j.train.objective.Objective;
import io.lota4j.train.objective.Sft;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Everything about a run that is not model, data or mask.
///
/// @param steps optimizer steps, at least 1
/// @param optimizer the rule
/// @param lr full learning rate, over 0 and finite
/// @param schedule what the rate does after the warm-up
/// @param warmupSteps steps over which the rate rises, at most `steps`
/// @param batchSize examples a micro-batch, at least 1
/// @param accumulation micro-batches a step, at least 1
/// @param clip how gradients are bounded
/// @param maxNorm the bound, over 0 and finite; not read with [Clip#NONE]
/// @param reduction what the loss is the mean of
/// @param seed of the data order
/// @param shuffle false: the rows come in the file's order
/// @param objective what is minimised
/// @param shards parts that a step's examples are cut into, from 1 to the examples of a step. Each has sums of its own,
///     which are added in their order: a step is the same to the bit wherever its shards are computed
/// @param local has each shard take steps of its own between two exchanges of values, or null: each step is one of all
///     shards. It needs at least two shards
public record TrainConfig(
        long steps,
        Optimizer optimizer,
        double lr,
        Schedule schedule,
        long warmupSteps,
        int batchSize,
        int accumulation,
        Clip clip,
        double maxNorm,
        Reduction reduction,
        long seed,
        boolean shuffle,
        Objective objective,
        int shards,
        @Nullable LocalSgd local) {

    /// A rate at which AdamW and RMSprop, which move a weight by about the rate, leave nothing of a usual weight.
    private static final double BOLD_RATE = 0.1;

    /// @throws io.lota4j.LotaException with every setting that is out of its range
    public TrainConfig {
        Ranges ranges = new Ranges()
                .atLeast(1, steps, "steps")
                .atLeast(0, warmupSteps, "warm-up steps")
                .atLeast(1, batchSize, "batch size")
                .atLeast(1, accumulation, "accumulation")
                .atLeast(1, shards, "shards")
                .positive(lr, "learning rate");
        if (steps >= 1 && warmupSteps > steps) {
            ranges.problem(
                    Text.format("The warm-up steps must be at most the steps, %d, found %d.", steps, warmupSteps));
        }
        if (batchSize >= 1 && accumulation >= 1 && shards > (long) batchSize * accumulation) {
            ranges.problem(Text.format(
                    "The shards must be at most the examples of a step, %d, found %d.",
                    (long) batchSize * accumulation, shards));
        }
        if (local != null && shards == 1) {
            ranges.problem("Inner steps are taken by each shard apart from the others, and there is one shard. Take at"
                    + " least two shards, or leave the inner steps out.");
        }
        if (clip != Clip.NONE) {
            ranges.positive(maxNorm, "clip's bound");
        }
        if (objective.mean() == Objective.Mean.SAMPLES && reduction != Reduction.TOKEN_MEAN) {
            ranges.problem(Text.format(
                    "The reduction %s cannot be used with the objective '%s', whose loss is the mean over pairs.",
                    SettingsText.word(reduction), objective.name()));
        }
        ranges.requireNone();
    }

    /// Settings of supervised fine-tuning, in one shard.
    ///
    /// @throws io.lota4j.LotaException with every setting that is out of its range
    public TrainConfig(
            long steps,
            Optimizer optimizer,
            double lr,
            Schedule schedule,
            long warmupSteps,
            int batchSize,
            int accumulation,
            Clip clip,
            double maxNorm,
            Reduction reduction,
            long seed,
            boolean shuffle) {
        this(
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
                new Sft(),
                1,
                null);
    }

    /// Settings with the command line's defaults for all but these two: AdamW at a constant rate, 8 examples
    /// a step, a global clip at 1, and the mean over tokens.
    ///
    /// @return to go on with
    public static TrainConfigBuilder of(long steps, double lr) {
        return new TrainConfigBuilder(steps, lr);
    }

    /// The same at another full learning rate.
    ///
    /// @throws io.lota4j.LotaException if it is out of its range
    public TrainConfig atRate(double rate) {
        return new TrainConfig(
                steps,
                optimizer,
                rate,
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

    /// How many steps it takes to go over some examples so often; every epoch ends with the data, so that its last
    /// step may be short.
    ///
    /// @param epochs at least 1
    /// @param examples at least 1
    public static long steps(int epochs, int examples, int batchSize, int accumulation) {
        return Math.multiplyExact(
                (long) epochs, BatchOrder.stepsOfAnEpoch(Math.max(1, examples), (long) batchSize * accumulation));
    }

    /// The most examples of a step: fewer only in the last step of an epoch.
    public long stepExamples() {
        return (long) batchSize * accumulation;
    }

    /// Examples that the first `steps` steps of a run over so many examples take, each as often as it is taken.
    public long examplesOf(long steps, int examples) {
        return BatchOrder.examplesOf(steps, examples, stepExamples());
    }

    /// Says in the identity of a run over so many examples that its epochs end short, where they do: runs of earlier
    /// versions filled such steps from the next epoch, and none of their states may be resumed as one of these.
    ///
    /// @param identity of the run, to be added to
    public void addOrderTo(Map<String, String> identity, Dataset data) {
        if (BatchOrder.endsShort(steps, data.epochRows(), stepExamples())) {
            identity.put("epochs", "each ends with the data");
        }
        data.mix().ifPresent(mix -> identity.put("mix", mix));
    }

    /// The settings as text, in [SettingsText]'s form: what has the default of [#of] is left out, and so is what is
    /// not read.
    public String text() {
        TrainConfig byDefault = of(steps, lr).build();
        SettingsText text = new SettingsText()
                .with("steps", Long.toString(steps))
                .with("lr", SettingsText.number(lr))
                .with("schedule", schedule, byDefault.schedule)
                .with("warmup-steps", warmupSteps, byDefault.warmupSteps)
                .with("batch", batchSize, byDefault.batchSize)
                .with("accumulate", accumulation, byDefault.accumulation)
                .with("clip", clip, byDefault.clip)
                .with("reduction", reduction, byDefault.reduction)
                .with("seed", seed, byDefault.seed)
                .with("shuffle", Boolean.toString(shuffle), Boolean.toString(byDefault.shuffle));
        if (clip != Clip.NONE) {
            text.with("max-norm", maxNorm, byDefault.maxNorm);
        }
        text.with("shards", shards, byDefault.shards);
        if (local != null) {
            local.addTo(text);
        }
        optimizer.addTo(text);
        text.with("objective", objective.name(), byDefault.objective.name());
        objective.settings().forEach((parameter, value) -> text.with(parameter.name(), value, parameter.byDefault()));
        return text.text();
    }

    /// Refuses data that the objective does not fit.
    ///
    /// @throws io.lota4j.LotaException naming the first row that is a pair where there must be none, or none where
    ///     there must be one, or has weights that nobody would read
    public void requireFits(Dataset data) {
        for (Example example : data.examples()) {
            int sequences = example.sequences().size();
            if (sequences != objective.sequences()) {
                throw new LotaException(Text.format(
                        sequences == 1
                                ? "The objective '%s' learns from pairs, but %s has no chosen and"
                                        + " rejected answer. Take rows with 'prompt', 'chosen' and 'rejected', or"
                                        + " another objective."
                                : "The objective '%s' learns from one answer a row, but %s is a"
                                        + " pair of a chosen and a rejected one. Take the objective dpo or ipo, or"
                                        + " name the column of the answer to learn.",
                        objective.name(),
                        data.place(example.row())));
            }
            if (!objective.readsWeights() && example.tokenWeights() != null) {
                throw new LotaException(Text.format(
                        "Of the data, %s has a weight, which the objective '%s' does not read. Take the"
                                + " objective weighted, or leave the weights out.",
                        data.place(example.row()), objective.name()));
            }
        }
    }

    /// What is allowed and seldom meant, a sentence each.
    public List<String> warnings() {
        List<String> warnings = new ArrayList<>();
        if (!(optimizer instanceof Optimizer.Sgd) && lr >= BOLD_RATE) {
            warnings.add(Text.format(
                    "The learning rate is %s: %s moves a weight by about that much a step, and most weights of a model"
                            + " are under 0.1. Usual rates are 1e-5 to 1e-2.",
                    SettingsText.number(lr), optimizer.name()));
        }
        if (objective.wantsWarmUp() && warmupSteps == 0) {
            warnings.add(Text.format(
                    "The objective '%s' is said to lose most of its effect without a warm-up of the learning rate, and"
                            + " there is none.",
                    objective.name()));
        }
        if (lr * optimizer.decay() > 1) {
            warnings.add(Text.format(
                    "The learning rate times the weight decay is %s times %s, over 1: every step turns the signs of the"
                            + " trained weights.",
                    SettingsText.number(lr), SettingsText.number(optimizer.decay())));
        }
        return warnings;
    }

    /// The learning rate of `step` = 1, 2, ….
    public double lr(long step) {
        return lr * schedule.factor(step, steps, warmupSteps);
    }
}
