package io.lota4j.internal.kernel.vector;

import io.lota4j.checkpoint.DType;
import io.lota4j.internal.kernel.Entries;
import io.lota4j.internal.kernel.Moments;
import io.lota4j.internal.kernel.Update;
import io.lota4j.internal.kernel.WorkingWeights;
import io.lota4j.internal.memory.Buffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// One optimizer step on whole vectors of entries, by address.
///
/// @param index 0 where every element is an entry
/// @param first 0 where the rule has no first moment
/// @param second 0 where the rule has no second moment
/// @param master 0 where the weights are their own masters
record VectorStep(
        Update update, long index, long gradient, long first, long second, DType type, long memory, long master) {
    /// Entries that are gathered, moved and scattered at a time, so that they stay in the first-level cache.
    static final int BLOCK = 1024;

    static VectorStep of(Update update, Entries entries, Buffer gradient, Moments moments, WorkingWeights weights) {
        boolean hasFirst = !(update instanceof Update.RmsProp);
        boolean hasSecond = !(update instanceof Update.Sgd);
        Buffer master = weights.master();
        return new VectorStep(
                update,
                NativeMemory.index(entries),
                NativeMemory.compact(gradient, entries),
                hasFirst ? NativeMemory.compact(given(moments.first()), entries) : 0,
                hasSecond ? NativeMemory.compact(given(moments.second()), entries) : 0,
                weights.type(),
                NativeMemory.dense(weights.memory(), entries, weights.type().size()),
                master == null ? 0 : NativeMemory.compact(master, entries));
    }

    private static Buffer given(@Nullable Buffer moment) {
        return Objects.requireNonNull(moment, "the optimizer's state");
    }

    /// Moves the entries from `from` to before `to`, whole vectors.
    void run(Scratch scratch, long from, long to) {
        if (master != 0 || index == 0) {
            blocks(0, from, to);
            return;
        }
        try (Scratch.Buffer gathered = scratch.take(4L * BLOCK)) {
            blocks(gathered.address(), from, to);
        }
    }

    private void blocks(long gathered, long from, long to) {
        for (long at = from; at < to; at += BLOCK) {
            long count = Math.min(BLOCK, to - at);
            if (gathered != 0) {
                Gathers.gather(memory, index + 4 * at, count, gathered);
            }
            long moving = gathered != 0 ? gathered : (master != 0 ? master : memory) + 4 * at;
            Rules.move(update, count, gradient + 4 * at, first + 4 * at, second + 4 * at, moving);
            if (index != 0) {
                Scatters.scatter(type, moving, index + 4 * at, count, memory);
            } else if (master != 0) {
                Scatters.all(type, moving, count, memory + type.size() * at);
            }
        }
    }
}
