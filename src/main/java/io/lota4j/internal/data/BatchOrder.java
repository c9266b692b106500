package io.lota4j.internal.data;

import io.lota4j.LotaException;
import io.lota4j.data.file.Share;
import io.lota4j.internal.SplitMix64;
import java.util.Arrays;
import java.util.List;

/// Which examples a step takes: a pure function of seed and step, so that a run resumes without any stored order.
///
/// Every epoch holds each example as often as its weight says, mostly once, shuffled anew, and ends where the data
/// ends: its last step takes the examples that are left, which may be fewer than the others take. Where a weight is no
/// whole number an epoch goes on among the rows where the one before ended, so that all of them have their turn. Not
/// for several threads at once.
public final class BatchOrder {
    private final List<Share> shares;
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
        this(List.of(new Share(examples, 1)), stepSize, seed, shuffle);
    }

    /// An order over the examples of several sources, of which those of the first come first.
    ///
    /// @param shares how many examples of which an epoch takes
    /// @param stepSize the most examples of a step, at least 1
    /// @param seed other seeds give other orders
    /// @param shuffle whether to shuffle; if not, every epoch goes in file order
    /// @throws LotaException if there is no example, or the step size is below 1
    public BatchOrder(List<Share> shares, long stepSize, long seed, boolean shuffle) {
        int all = shares.stream().mapToInt(Share::inEpoch).reduce(0, Math::addExact);
        if (all < 1) {
            throw new LotaException("There must be at least 1 example, found " + all + ".");
        }
        if (stepSize < 1) {
            throw new LotaException("The batch size must be at least 1, found " + stepSize + ".");
        }
        this.shares = List.copyOf(shares);
        this.examples = all;
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

    private int[] permutation(long epoch) {
        int[] order = taken(epoch);
        shuffle(order, epoch);
        return order;
    }

    /// The examples of an epoch, source after source.
    private int[] taken(long epoch) {
        int[] taken = new int[examples];
        int at = 0;
        int first = 0;
        for (Share share : shares) {
            int rows = share.rows();
            int count = share.inEpoch();
            int[] order = new int[0];
            long pass = -1;
            for (long place = epoch * count; place < (epoch + 1) * count; place++) {
                if (place / rows != pass) {
                    pass = place / rows;
                    order = pass(rows, count % rows == 0, pass, first);
                }
                taken[at++] = order[(int) (place % rows)];
            }
            first += rows;
        }
        return taken;
    }

    /// A source's rows in the order in which its epochs go through them.
    ///
    /// @param whole whether an epoch takes all rows equally often, so that the order does not matter
    /// @param first index of the source's first row
    private int[] pass(int rows, boolean whole, long pass, int first) {
        int[] order = new int[rows];
        Arrays.setAll(order, i -> i);
        if (!whole) {
            // Another order than that of an epoch with this number.
            shuffle(order, ~pass);
        }
        Arrays.setAll(order, i -> order[i] + first);
        return order;
    }

    /// Fisher and Yates' shuffle over SplitMix64, written out so that no JDK can change the order of a run.
    private void shuffle(int[] order, long number) {
        if (!shuffle) {
            return;
        }
        long state = SplitMix64.mix(seed ^ SplitMix64.mix(number + SplitMix64.GOLDEN_GAMMA));
        for (int i = order.length - 1; i > 0; i--) {
            state += SplitMix64.GOLDEN_GAMMA;
            int j = (int) Math.unsignedMultiplyHigh(SplitMix64.mix(state), i + 1L);
            int swapped = order[i];
            order[i] = order[j];
            order[j] = swapped;
        }
    }
}
