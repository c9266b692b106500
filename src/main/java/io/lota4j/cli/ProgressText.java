package io.lota4j.cli;

import io.lota4j.internal.Text;

/// The words of a progress line.
final class ProgressText {
    private ProgressText() {}

    /// One moment of a long run. Numbers that are not known are NaN.
    ///
    /// @param label what runs, such as `train`
    /// @param done of `total`, in steps or examples
    /// @param tokensPerSecond throughput
    /// @param loss the latest, in nats a token
    /// @param secondsLeft estimate
    record State(String label, long done, long total, double tokensPerSecond, double loss, double secondsLeft) {}

    /// `train 17/60 28%, 1,234 tokens/s, loss 0.4321, 0:42 left`
    static String plain(State state) {
        return Text.format("%s %d/%d %d%%%s", state.label, state.done, state.total, percent(state), details(state));
    }

    /// The same with a bar, for a terminal.
    static String bar(State state, int width) {
        int filled = (int) (width * Math.min(state.done, state.total) / Math.max(1, state.total));
        return Text.format(
                "%s [%s%s] %d/%d%s",
                state.label, "#".repeat(filled), ".".repeat(width - filled), state.done, state.total, details(state));
    }

    /// `0:07`, `12:30`, `3:05:00`
    static String duration(double seconds) {
        long whole = Math.round(seconds);
        long hours = whole / 3600;
        return hours > 0
                ? Text.format("%d:%02d:%02d", hours, whole / 60 % 60, whole % 60)
                : Text.format("%d:%02d", whole / 60, whole % 60);
    }

    private static String details(State state) {
        StringBuilder text = new StringBuilder();
        if (Double.isFinite(state.tokensPerSecond)) {
            text.append(Text.format(", %,.0f tokens/s", state.tokensPerSecond));
        }
        if (Double.isFinite(state.loss)) {
            text.append(Text.format(", loss %.4f", state.loss));
        }
        if (Double.isFinite(state.secondsLeft)) {
            text.append(", ").append(duration(state.secondsLeft)).append(" left");
        }
        return text.toString();
    }

    private static long percent(State state) {
        return state.done >= state.total ? 100 : 100 * state.done / state.total;
    }
}
