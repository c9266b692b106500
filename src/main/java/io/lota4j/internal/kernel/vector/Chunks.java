package io.lota4j.internal.kernel.vector;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ForkJoinTask;
import java.util.concurrent.RecursiveAction;

/// Long loops cut into chunks of fixed size, which the threads of the caller's pool share.
///
/// The cuts do not depend on the number of threads.
final class Chunks {
    /// Entries of a chunk: some tens of microseconds, many times what handing it to a thread costs.
    static final int SIZE = 1 << 15;

    private Chunks() {}

    /// A loop from `from` to before `to`.
    @FunctionalInterface
    interface Loop {
        void run(long from, long to);
    }

    /// One chunk. Not a stream: under a stream's frames the compiler inlines a loop only down to the calls that read
    /// and write memory, which made a gather ten times slower.
    private static final class Chunk extends RecursiveAction {
        private static final long serialVersionUID = 1;

        private final transient Loop loop;
        private final long from;
        private final long to;

        private Chunk(Loop loop, long from, long to) {
            this.loop = loop;
            this.from = from;
            this.to = to;
        }

        @Override
        protected void compute() {
            loop.run(from, to);
        }
    }

    /// Runs a loop over `count` entries, one chunk at a time; not at all when there are none.
    static void each(long count, Loop loop) {
        if (number(count) == 1) {
            loop.run(0, count);
            return;
        }
        List<Chunk> chunks = new ArrayList<>();
        for (long from = 0; from < count; from += SIZE) {
            chunks.add(new Chunk(loop, from, Math.min(count, from + SIZE)));
        }
        ForkJoinTask.invokeAll(chunks);
    }

    static int number(long count) {
        return Math.toIntExact(Math.ceilDiv(count, SIZE));
    }
}
