package io.lota4j.data;

import io.lota4j.LotaException;
import io.lota4j.SplitMix64;
import java.util.Arrays;

/// Which examples a step takes: a pure function of seed and step, so that a run resumes without any stored order.
///
/// Every epoch holds each example once, shuffled anew, and ends where the data ends: its last step takes the
/// examples that are left, which may be fewer than the others take. Not for several threads at once.
public final class BatchOrder {
    private final int examples;
    private final long stepSize;
    private final long seed;
    private final boolean shuffle;

    // The permutation of the last epoch asked for: making it costs as much as thousands of steps' look-ups.
    private long cachedEpoch = -1;
    private int[] cached = new int[0];

    /// An order over examples 0 to `examples - 1`.
    ///
    /// @param examples how many there are, at least 1
    /// @param stepSize the most examples of a step, at least 1
    /// @param seed other seeds give other orders
    /// @param shuffle whether to shuffle; if not, every epoch goes in file order
    /// @throws LotaException if a number is below 1
    public BatchOrder(int examples, long stepSize, long seed, boolean shuffle) {
        if (examples < 1) {
            throw new LotaException("There must be at least 1 example, found " + examples + ".");
        }
        if (stepSize < 1) {
            throw new LotaException("The batch size must be at least 1, found " + stepSize + ".");
        }
        this.examples = examples;
        this.stepSize = stepSize;
        this.seed = seed;
        this.shuffle = shuffle;
    }

    /// The examples of a step.
    ///
    /// @param step from 0
    /// @return up to `stepSize` indices, at least one; fewer only in the last step of an epoch
    public int[] step(long step) {
        if (step < 0) {
            throw new IllegalArgumentException("step " + step);
        }
        long inEpoch = stepsOfAnEpoch(examples, stepSize);
        int from = Math.toIntExact(step % inEpoch * stepSize);
        return Arrays.copyOfRange(epoch(step / inEpoch), from, (int) Math.min(examples, from + stepSize));
    }

    /// Steps in which every example is taken once.
    public static long stepsOfAnEpoch(int examples, long stepSize) {
        return Math.ceilDiv(examples, stepSize);
    }

    /// Examples that the first `steps` steps take, each as often as it is taken.
    public static long examplesOf(long steps, int examples, long stepSize) {
        long inEpoch = stepsOfAnEpoch(examples, stepSize);
        return Math.addExact(Math.multiplyExact(steps / inEpoch, (long) examples), steps % inEpoch * stepSize);
    }

    /// Whether one of the first `steps` steps is shorter than others are, since its epoch ends with it.
    public static boolean endsShort(long steps, int examples, long stepSize) {
        return examples % stepSize != 0 && steps > examples / stepSize;
    }

    private int[] epoch(long epoch) {
        if (epoch != cachedEpoch) {
            cached = permutation(epoch);
            cachedEpoch = epoch;
        }
        return cached;
    }

    /// Fisher and Yates' shuffle over SplitMix64, written out so that no JDK can change the order of a run.
    private int[] permutation(long epoch) {
        int[] order = new int[examples];
        Arrays.setAll(order, i -> i);
        if (!shuffle) {
            return order;
        }
        long state = SplitMix64.mix(seed ^ SplitMix64.mix(epoch + SplitMix64.GOLDEN_GAMMA));
        for (int i = examples - 1; i > 0; i--) {
            state += SplitMix64.GOLDEN_GAMMA;
            int j = (int) Math.unsignedMultiplyHigh(SplitMix64.mix(state), i + 1L);
            int swapped = order[i];
            order[i] = order[j];
            order[j] = swapped;
        }
        return order;
    }
}
