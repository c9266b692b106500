package io.lota4j.kernel.vector;

import java.util.stream.LongStream;

/// Loops over entries, cut into chunks that threads share.
final class Chunks {
    /// Entries of a chunk: some tens of microseconds, many times what handing it to a thread costs.
    static final int SIZE = 1 << 15;

    private Chunks() {}

    /// A loop from `from` to before `to`.
    @FunctionalInterface
    interface Loop {
        void run(long from, long to);
    }

    static void each(long count, Loop loop) {
        if (count <= SIZE) {
            loop.run(0, count);
            return;
        }
        LongStream.range(0, number(count))
                .parallel()
                .forEach(chunk -> loop.run(chunk * SIZE, Math.min(count, (chunk + 1) * SIZE)));
    }

    static int number(long count) {
        return Math.toIntExact(Math.ceilDiv(count, SIZE));
    }
}
