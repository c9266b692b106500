package io.lota4j.train;

import io.lota4j.Text;
import io.lota4j.data.BatchOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

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
        boolean shuffle) {

    /// A rate at which AdamW and RMSprop, which move a weight by about the rate, leave nothing of a usual weight.
    private static final double BOLD_RATE = 0.1;

    /// @throws io.lota4j.LotaException with every setting that is out of its range
    public TrainConfig {
        Ranges ranges = new Ranges()
                .atLeast(1, steps, "steps")
                .atLeast(0, warmupSteps, "warm-up steps")
                .atLeast(1, batchSize, "batch size")
                .atLeast(1, accumulation, "accumulation")
                .positive(lr, "learning rate");
        if (steps >= 1 && warmupSteps > steps) {
            ranges.problem(
                    Text.format("The warm-up steps must be at most the steps, %d, found %d.", steps, warmupSteps));
        }
        if (clip != Clip.NONE) {
            ranges.positive(maxNorm, "clip's bound");
        }
        ranges.requireNone();
    }

    /// Settings with the command line's defaults for all but these two: AdamW at a constant rate, 8 examples
    /// a step, a global clip at 1, and the mean over tokens.
    ///
    /// @return to go on with
    public static TrainConfigBuilder of(long steps, double lr) {
        return new TrainConfigBuilder(steps, lr);
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
    public void addOrderTo(Map<String, String> identity, int examples) {
        if (BatchOrder.endsShort(steps, examples, stepExamples())) {
            identity.put("epochs", "each ends with the data");
        }
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
        optimizer.addTo(text);
        return text.text();
    }

    /// What is allowed and seldom meant, a sentence each.
    List<String> warnings() {
        List<String> warnings = new ArrayList<>();
        if (!(optimizer instanceof Optimizer.Sgd) && lr >= BOLD_RATE) {
            warnings.add(Text.format(
                    "The learning rate is %s: %s moves a weight by about that much a step, and most weights of a model"
                            + " are under 0.1. Usual rates are 1e-5 to 1e-2.",
                    SettingsText.number(lr), optimizer.name()));
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
    double lr(long step) {
        return lr * schedule.factor(step, steps, warmupSteps);
    }
}
