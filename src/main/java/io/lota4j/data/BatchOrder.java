package io.lota4j.data;

import io.lota4j.LotaException;
import io.lota4j.SplitMix64;
import java.util.Arrays;

/// Which examples a step takes: a pure function of seed and step, so that a run resumes without any stored order.
///
/// Every epoch holds each example once, shuffled anew; a batch that an epoch cannot fill takes the rest from the
/// start of the next. Not for several threads at once.
public final class BatchOrder {
    private final int examples;
    private final int batchSize;
    private final long seed;
    private final boolean shuffle;

    // The permutation of the last epoch asked for: making it costs as much as thousands of steps' look-ups.
    private long cachedEpoch = -1;
    private int[] cached = new int[0];

    /// An order over examples 0 to `examples - 1`.
    ///
    /// @param examples how many there are, at least 1
    /// @param batchSize examples a step, at least 1
    /// @param seed other seeds give other orders
    /// @param shuffle whether to shuffle; if not, every epoch goes in file order
    /// @throws LotaException if a number is below 1
    public BatchOrder(int examples, int batchSize, long seed, boolean shuffle) {
        if (examples < 1) {
            throw new LotaException("There must be at least 1 example, found " + examples + ".");
        }
        if (batchSize < 1) {
            throw new LotaException("The batch size must be at least 1, found " + batchSize + ".");
        }
        this.examples = examples;
        this.batchSize = batchSize;
        this.seed = seed;
        this.shuffle = shuffle;
    }

    /// The examples of a step.
    ///
    /// @param step from 0
    /// @return `batchSize` indices
    public int[] batch(long step) {
        if (step < 0) {
            throw new IllegalArgumentException("step " + step);
        }
        long first = Math.multiplyExact(step, (long) batchSize);
        int[] batch = new int[batchSize];
        for (int i = 0; i < batchSize; i++) {
            long position = first + i;
            batch[i] = epoch(position / examples)[(int) (position % examples)];
        }
        return batch;
    }

    /// Steps that it takes to see every example `epochs` times, the last one possibly running into the next epoch.
    public long steps(int epochs) {
        return Math.ceilDiv((long) epochs * examples, (long) batchSize);
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
