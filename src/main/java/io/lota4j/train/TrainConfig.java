package io.lota4j.train;

import io.lota4j.LotaException;
import io.lota4j.Text;

/// Everything about a run that is not model, data or mask.
///
/// @param steps optimizer steps, at least 1
/// @param optimizer the rule
/// @param lr full learning rate, over 0
/// @param schedule what the rate does after the warm-up
/// @param warmupSteps steps over which the rate rises
/// @param batchSize examples a micro-batch
/// @param accumulation micro-batches a step
/// @param clip how gradients are bounded
/// @param maxNorm the bound; not read with [Clip#NONE]
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

    public TrainConfig {
        atLeast(1, steps, "steps");
        atLeast(0, warmupSteps, "warm-up steps");
        atLeast(1, batchSize, "batch size");
        atLeast(1, accumulation, "accumulation");
        if (!(lr > 0) || Double.isInfinite(lr)) {
            throw new LotaException("The learning rate must be over 0, found " + lr + ".");
        }
        if (clip != Clip.NONE && !(maxNorm > 0)) {
            throw new LotaException("The clip's bound must be over 0, found " + maxNorm + ".");
        }
    }

    /// Settings with the command line's defaults for all but these two: AdamW at a constant rate, 8 examples
    /// a step, a global clip at 1, and the mean over tokens.
    ///
    /// @return to go on with
    public static TrainConfigBuilder of(long steps, double lr) {
        return new TrainConfigBuilder(steps, lr);
    }

    /// How many steps it takes to go over some examples so often; at least 1.
    public static long steps(int epochs, int examples, int batchSize, int accumulation) {
        long step = (long) batchSize * accumulation;
        return Math.max(1, ((long) epochs * examples + step - 1) / step);
    }

    private static void atLeast(long least, long found, String what) {
        if (found < least) {
            throw new LotaException(Text.format("The %s must be at least %d, found %d.", what, least, found));
        }
    }

    /// The learning rate of `step` = 1, 2, ….
    double lr(long step) {
        return lr * schedule.factor(step, steps, warmupSteps);
    }
}
