package io.lota4j.internal.kernel.cuda;

/// How many threads run a kernel: `blocks` in x, each of `width` x `height` threads.
record Grid(long blocks, int width, int height) {
    private static final int WARP = 32;
    /// Enough to hide latency, and enough blocks for all multiprocessors at small sizes.
    private static final int THREADS = 256;
    /// Values that one thread adds up before blocks are added up, unless there are more than all blocks take.
    private static final int VALUES_A_THREAD = 16;

    private static final int MAX_PARTS = 1024;

    /// One thread an entry.
    static Grid threadAnEntry(long entries) {
        return new Grid(divideUp(entries, THREADS), THREADS, 1);
    }

    /// One warp an entry.
    static Grid warpAnEntry(long entries) {
        int warps = THREADS / WARP;
        return new Grid(divideUp(entries, warps), WARP, warps);
    }

    /// 32 entries a block, each by one thread of every warp.
    static Grid warpOfEntries(long entries) {
        return new Grid(divideUp(entries, WARP), WARP, THREADS / WARP);
    }

    /// One partial result a block. Depends on nothing but the count, as the order of additions does with it.
    static Grid partialSums(long values) {
        return new Grid(Math.min(divideUp(values, THREADS * VALUES_A_THREAD), MAX_PARTS), THREADS, 1);
    }

    private static long divideUp(long count, int size) {
        return Math.ceilDiv(count, size);
    }
}
