package io.lota4j.cli;

import java.io.PrintStream;
import java.util.function.BooleanSupplier;

/// Lets a long command end in order on Ctrl-C (or a polite kill): while it is open, the signal only sets a flag that
/// the command polls, and the process waits until the main thread has written what it has and returned.
///
/// Without one, Ctrl-C ends the process at once with exit code 130; with one the code is the same, only later.
final class StopSignal implements BooleanSupplier, AutoCloseable {
    private static volatile boolean stopping;

    private final Thread hook;

    private StopSignal(Thread command, PrintStream messages) {
        this.hook = new Thread(() -> stop(command, messages), "lota-stop");
    }

    /// Starts to hold signals back on behalf of the calling thread, which must be the one that ends the process.
    static StopSignal hold(PrintStream messages) {
        StopSignal signal = new StopSignal(Thread.currentThread(), messages);
        Runtime.getRuntime().addShutdownHook(signal.hook);
        return signal;
    }

    /// Whether the process is about to end by a signal. `System.exit` would then wait for a hook that waits for
    /// its caller: the main thread must simply return.
    static boolean stopping() {
        return stopping;
    }

    /// Whether the command should end now.
    @Override
    public boolean getAsBoolean() {
        return stopping;
    }

    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException shuttingDown) {
            stopping = true;
        }
    }

    private static void stop(Thread command, PrintStream messages) {
        // The line first: the command may answer the flag at once, and what it says then should stand below.
        messages.println("\nlota: stopping after this step");
        stopping = true;
        try {
            command.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
