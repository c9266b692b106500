package io.lota4j.internal.kernel.vector;

import io.lota4j.internal.kernel.Entries;
import io.lota4j.internal.kernel.Moments;
import io.lota4j.internal.kernel.WorkingWeights;
import io.lota4j.internal.memory.Buffer;
import org.jspecify.annotations.Nullable;

/// The last entries, from `from` on, which do not fill a vector.
record Tail(long from) {
    Entries of(Entries entries) {
        return new Entries(entries.count() - from, slice(entries.index()));
    }

    Moments of(Moments moments) {
        return new Moments(slice(moments.first()), slice(moments.second()));
    }

    /// @param all whether every element of the weights is an entry; otherwise indices say where the entries are
    WorkingWeights of(WorkingWeights weights, boolean all) {
        Buffer memory = all ? from(weights.memory(), weights.type().size()) : weights.memory();
        return new WorkingWeights(memory, weights.type(), slice(weights.master()));
    }

    Buffer of(Buffer compact) {
        return from(compact, Float.BYTES);
    }

    private Buffer from(Buffer buffer, long width) {
        return buffer.slice(width * from, buffer.byteSize() - width * from);
    }

    private @Nullable Buffer slice(@Nullable Buffer compact) {
        return compact == null ? null : of(compact);
    }
}
