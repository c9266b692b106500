package io.lota4j.internal.merge;

import java.util.HashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/// Combines parts in their order, each as soon as all before it are there.
final class OrderedFold<A> {
    private final A total;
    private final BiConsumer<A, A> combine;
    private final Map<Integer, A> waiting = new HashMap<>();
    private int next;

    OrderedFold(A start, BiConsumer<A, A> combine) {
        total = start;
        this.combine = combine;
    }

    /// @param part from 0, each once, in any order
    synchronized void put(int part, A gathered) {
        waiting.put(part, gathered);
        @Nullable A ready;
        while ((ready = waiting.remove(next)) != null) {
            combine.accept(total, ready);
            next++;
        }
    }

    /// After all parts were put.
    synchronized A total() {
        return total;
    }
}
