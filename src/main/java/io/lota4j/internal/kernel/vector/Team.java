package io.lota4j.internal.kernel.vector;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// Threads that share short loops, of tens of microseconds, several thousand a second: handing such a loop to a pool
/// would take as long as running it. Between two loops they wait awake for a while, then sleep.
final class Team implements AutoCloseable {
    /// Looks for the next loop before a thread sleeps: some tens of microseconds.
    private static final int LOOKS = 4000;

    private final List<Thread> others = new ArrayList<>();
    private volatile @Nullable Loop loop;
    private volatile boolean closed;

    /// One task of a loop.
    @FunctionalInterface
    interface Task {
        /// Runs it.
        ///
        /// @param number of the task
        /// @param worker which thread, from 0
        void run(int number, int worker);
    }

    /// @param size threads, the caller's included
    Team(int size) {
        for (int worker = 1; worker < size; worker++) {
            int number = worker;
            others.add(
                    Thread.ofPlatform().daemon().name("lota-decoding-" + number).start(() -> serve(number)));
        }
    }

    int size() {
        return others.size() + 1;
    }

    /// Runs tasks `0 … count - 1`, in any order, and returns when all have ended.
    ///
    /// @throws RuntimeException the first that a task threw
    void each(int count, Task task) {
        if (count == 1 || others.isEmpty()) {
            for (int number = 0; number < count; number++) {
                task.run(number, 0);
            }
            return;
        }
        Loop next = new Loop(task, count);
        loop = next;
        others.forEach(LockSupport::unpark);
        next.help(0);
        for (int looks = 0; next.open.get() > 0; looks++) {
            wait(looks);
        }
        loop = null;
        next.rethrow();
    }

    private void serve(int worker) {
        @Nullable Loop last = null;
        for (int looks = 0; !closed; looks++) {
            Loop next = loop;
            if (next != null && next != last) {
                last = next;
                next.help(worker);
                looks = 0;
            } else if (looks > LOOKS) {
                LockSupport.park(this);
                looks = 0;
            } else {
                Thread.onSpinWait();
            }
        }
    }

    @SuppressWarnings("ThreadPriorityCheck") // a loop is over in microseconds, or another program has the processor
    private static void wait(int looks) {
        if (looks > LOOKS) {
            Thread.yield();
        } else {
            Thread.onSpinWait();
        }
    }

    private static final class Loop {
        private final Task task;
        private final int count;
        private final AtomicInteger next = new AtomicInteger();
        private final AtomicInteger open;
        private volatile @Nullable Throwable failure;

        Loop(Task task, int count) {
            this.task = task;
            this.count = count;
            this.open = new AtomicInteger(count);
        }

        void help(int worker) {
            for (int number = next.getAndIncrement(); number < count; number = next.getAndIncrement()) {
                try {
                    task.run(number, worker);
                } catch (RuntimeException | Error e) {
                    failure = e;
                } finally {
                    open.decrementAndGet();
                }
            }
        }

        void rethrow() {
            switch (failure) {
                case RuntimeException e -> throw e;
                case Error e -> throw e;
                case null, default -> {}
            }
        }
    }

    @Override
    public void close() {
        closed = true;
        others.forEach(LockSupport::unpark);
    }
}
