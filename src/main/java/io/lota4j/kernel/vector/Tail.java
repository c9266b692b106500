package io.lota4j.kernel.vector;

import io.lota4j.kernel.Entries;
import io.lota4j.kernel.Moments;
import io.lota4j.kernel.WorkingWeights;
import java.lang.foreign.MemorySegment;
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
        MemorySegment memory = all ? weights.memory().asSlice(weights.type().size() * from) : weights.memory();
        return new WorkingWeights(memory, weights.type(), slice(weights.master()));
    }

    MemorySegment of(MemorySegment compact) {
        return compact.asSlice(Float.BYTES * from);
    }

    private @Nullable MemorySegment slice(@Nullable MemorySegment compact) {
        return compact == null ? null : of(compact);
    }
}
