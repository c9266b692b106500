package io.lota4j.internal.merge;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Phaser;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/// The threads of a merge, the caller's included. What they compute does not depend on how many they are.
public final class Workers implements AutoCloseable {
    private final int threads;
    private final ExecutorService helpers = Executors.newCachedThreadPool(
            Thread.ofPlatform().daemon().name("lota-merge-", 0).factory());

    /// @param threads at least 1
    public Workers(int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException(threads + " threads");
        }
        this.threads = threads;
    }

    /// Does some pieces of work, begun in their order, and returns when all are done. After a failure no more
    /// is begun, and the failure is thrown on.
    ///
    /// @param count how many there are
    /// @param work told the number of a piece, from 0; called by several threads
    public void each(int count, IntConsumer work) {
        Share share = new Share(count, work);
        Phaser end = new Phaser(1);
        for (int helper = 1; helper < Math.min(threads, count); helper++) {
            end.register();
            helpers.execute(() -> {
                share.run();
                end.arriveAndDeregister();
            });
        }
        share.run();
        // Not interruptible: the helpers use the caller's buffers until they are done.
        end.arriveAndAwaitAdvance();
        share.rethrow();
    }

    @Override
    public void close() {
        helpers.shutdown();
    }

    /// Work that several threads take from.
    private static final class Share implements Runnable {
        private final int count;
        private final IntConsumer work;
        private final AtomicInteger next = new AtomicInteger();
        private final AtomicReference<@Nullable RuntimeException> failure = new AtomicReference<>();
        private final AtomicReference<@Nullable Error> error = new AtomicReference<>();

        Share(int count, IntConsumer work) {
            this.count = count;
            this.work = work;
        }

        @Override
        public void run() {
            try {
                for (int i = next.getAndIncrement(); i < count; i = next.getAndIncrement()) {
                    work.accept(i);
                }
            } catch (RuntimeException e) {
                failure.compareAndSet(null, e);
                next.set(count);
            } catch (Error e) {
                error.compareAndSet(null, e);
                next.set(count);
            }
        }

        void rethrow() {
            Error seriously = error.get();
            if (seriously != null) {
                throw seriously;
            }
            RuntimeException failed = failure.get();
            if (failed != null) {
                throw failed;
            }
        }
    }
}
