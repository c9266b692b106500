package io.lota4j.internal.merge.method;

import io.lota4j.internal.SplitMix64;
import io.lota4j.internal.merge.TensorTask;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/// Random numbers that depend on nothing but the seed, the tensor's name, the model's place and the element's:
/// neither on the order in which they are asked for nor on which others are. Each is an output of [SplitMix64].
///
/// @param key where the sequence of a tensor and a model begins
record CounterRandom(long key) {
    /// What consecutive indices add to the state: looked up, not multiplied, since one multiplication less is as much
    /// as all else of a draw.
    private static final long[] STEPS = LongStream.rangeClosed(1, 1 << 10)
            .map(i -> SplitMix64.GOLDEN_GAMMA * i)
            .toArray();

    private static final double UNIT = 0x1p-53;

    /// One for each model.
    static CounterRandom[] all(TensorTask task) {
        return IntStream.range(0, task.models().size())
                .mapToObj(model -> of(task, model))
                .toArray(CounterRandom[]::new);
    }

    private static CounterRandom of(TensorTask task, int model) {
        long name = 0;
        for (int i = 0; i < task.name().length(); i++) {
            name = SplitMix64.mix(name + SplitMix64.GOLDEN_GAMMA + task.name().charAt(i));
        }
        return new CounterRandom(SplitMix64.mix(
                SplitMix64.mix(SplitMix64.mix(task.seed()) + name) + SplitMix64.GOLDEN_GAMMA * (model + 1L)));
    }

    /// Keeps values where [#unit(long)] is under a bound in [0, 1], and makes the others zero.
    ///
    /// @param first index of the first value; the others follow
    void keepUnder(double bound, long first, int size, float[] values, float[] kept) {
        long least = (long) Math.ceil(bound / UNIT);
        for (int from = 0; from < size; from += STEPS.length) {
            int to = Math.min(size, from + STEPS.length);
            keepUnder(least, key + SplitMix64.GOLDEN_GAMMA * (first + from), from, to, values, kept);
        }
    }

    private static void keepUnder(long least, long state, int from, int to, float[] values, float[] kept) {
        for (int i = from; i < to; i++) {
            // 1 or 0.
            long under = ((SplitMix64.mix(state + STEPS[i - from]) >>> 11) - least) >>> (Long.SIZE - 1);
            kept[i] = values[i] * under;
        }
    }

    /// Whether [#unit(long)] is under a bound in [0, 1].
    boolean isUnder(double bound, long index) {
        return unit(index) < bound;
    }

    /// Uniform over the multiples of 2^-53 in [0, 1).
    double unit(long index) {
        return draw(index) * UNIT;
    }

    private long draw(long index) {
        return SplitMix64.mix(key + SplitMix64.GOLDEN_GAMMA * (index + 1)) >>> 11;
    }
}
