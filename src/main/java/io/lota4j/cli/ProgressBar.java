package io.lota4j.cli;

import java.io.PrintWriter;
import java.util.function.LongSupplier;

/// Shows how far a long run has come: one line that is rewritten on a terminal, a plain line every few seconds
/// elsewhere. Not thread-safe.
final class ProgressBar implements AutoCloseable {
    /// How long a terminal's line stands, in nanoseconds: fast steps must not spend their time on printing.
    private static final long TERMINAL_INTERVAL = 100_000_000L;

    /// The same for plain lines: a log of an hour stays readable.
    private static final long PLAIN_INTERVAL = 5_000_000_000L;

    private static final int BAR_WIDTH = 20;

    private final String label;
    private final PrintWriter out;
    private final boolean terminal;
    private final LongSupplier nanoClock;
    private final long start;
    private final boolean part;

    private long firstDone = -1;
    private long firstTime;
    private long lastShown;
    private long lastDone = -1;
    private long lastTotal = -1;
    private int shownLength;

    /// @param label what runs, such as `train`
    /// @param terminal whether `out` is a terminal
    /// @param nanoClock a clock in nanoseconds that only goes forward
    ProgressBar(String label, PrintWriter out, boolean terminal, LongSupplier nanoClock) {
        this(label, out, terminal, nanoClock, false);
    }

    private ProgressBar(String label, PrintWriter out, boolean terminal, LongSupplier nanoClock, boolean part) {
        this.label = label;
        this.out = out;
        this.terminal = terminal;
        this.nanoClock = nanoClock;
        this.start = nanoClock.getAsLong();
        this.part = part;
    }

    /// On the command's error stream, by the wall clock. The launcher says whether that is a terminal.
    static ProgressBar on(PrintWriter err, String label) {
        return new ProgressBar(label, err, Boolean.getBoolean("lota.terminal"), System::nanoTime);
    }

    /// For a part of the work that a bar shows: it takes the bar's place once it has gone on for so long that a user
    /// would wonder. [#clear] gives the place back.
    ProgressBar part(String what) {
        clear();
        return new ProgressBar(what, out, terminal, nanoClock, true);
    }

    /// As the longer form, for work that has neither tokens nor a loss.
    void update(long done, long total) {
        update(done, total, Double.NaN, Double.NaN);
    }

    /// As [#update(long, long, double, double)], with the speed since the bar began.
    ///
    /// @param tokens that were gone through since
    void tokens(long done, long total, long tokens) {
        update(done, total, tokens / ((nanoClock.getAsLong() - start) / 1e9), Double.NaN);
    }

    /// Shows a new state if the last one has stood long enough, and always the last of all.
    ///
    /// @param done steps done, also those before a resumed run
    /// @param total steps in all
    /// @param tokensPerSecond NaN when not known
    /// @param loss NaN when not known
    void update(long done, long total, double tokensPerSecond, double loss) {
        long now = nanoClock.getAsLong();
        if (!terminal && done >= total && lastDone >= total && lastTotal == total) {
            // In a log the end is told once.
            return;
        }
        double secondsLeft = secondsLeft(done, total, now);
        boolean first = shownLength == 0;
        long interval = terminal ? TERMINAL_INTERVAL : PLAIN_INTERVAL;
        boolean early = done < total && !first && now - lastShown < interval;
        boolean shortPart = part && first && (done >= total || now - start < interval);
        if (early || shortPart) {
            return;
        }
        lastShown = now;
        lastDone = done;
        lastTotal = total;
        show(new ProgressText.State(label, done, total, tokensPerSecond, loss, secondsLeft));
    }

    /// Takes the bar off a terminal, for a line of another matter; it comes back with the next update.
    void clear() {
        if (terminal && shownLength > 0) {
            out.print("\r" + " ".repeat(shownLength) + "\r");
            out.flush();
            shownLength = 0;
        }
    }

    /// Ends the line, so that what follows starts on its own.
    @Override
    public void close() {
        if (terminal && shownLength > 0) {
            out.println();
            out.flush();
        }
    }

    /// From the pace since the first update: what came before it (loading, a resumed run's earlier steps) does not
    /// count. The first update itself, when it reports one step, gets its pace from the bar's start.
    private double secondsLeft(long done, long total, long now) {
        if (firstDone < 0) {
            firstDone = done;
            firstTime = now;
        }
        if (done >= total) {
            return Double.NaN;
        }
        if (done > firstDone) {
            return (now - firstTime) / 1e9 / (done - firstDone) * (total - done);
        }
        return done == 1 ? (now - start) / 1e9 * (total - 1) : Double.NaN;
    }

    private void show(ProgressText.State state) {
        String text = terminal ? ProgressText.bar(state, BAR_WIDTH) : ProgressText.plain(state);
        if (terminal) {
            out.print("\r" + text + " ".repeat(Math.max(0, shownLength - text.length())));
        } else {
            out.println(text);
        }
        out.flush();
        shownLength = text.length();
    }
}
