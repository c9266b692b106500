package io.lota4j.merge.method;

import io.lota4j.merge.TensorTask;
import java.util.stream.IntStream;

/// Random numbers that depend on nothing but the seed, the tensor's name, the model's place and the element's:
/// neither on the order in which they are asked for nor on which others are. Each is an output of SplitMix64.
///
/// @param key where the sequence of a tensor and a model begins
record CounterRandom(long key) {
    private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;
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
            name = mix(name + GOLDEN_GAMMA + task.name().charAt(i));
        }
        return new CounterRandom(mix(mix(mix(task.seed()) + name) + GOLDEN_GAMMA * (model + 1L)));
    }

    /// All ones where [#unit(long)] is under a bound in [0, 1], otherwise zero.
    int under(double bound, long index) {
        return (int) ((draw(index) - (long) Math.ceil(bound / UNIT)) >> (Long.SIZE - 1));
    }

    /// Uniform over the multiples of 2^-53 in [0, 1).
    double unit(long index) {
        return draw(index) * UNIT;
    }

    private long draw(long index) {
        return mix(key + GOLDEN_GAMMA * (index + 1)) >>> 11;
    }

    private static long mix(long state) {
        long mixed = (state ^ (state >>> 30)) * 0xBF58476D1CE4E5B9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
        return mixed ^ (mixed >>> 31);
    }
}
