package io.lota4j.cli;

import org.jspecify.annotations.Nullable;

/// Progress of work that is done in parts: a bar for each, one after the other.
final class PartBar implements AutoCloseable {
    private final Messages messages;
    private String part = "";
    private @Nullable ProgressBar bar;

    PartBar(Messages messages) {
        this.messages = messages;
    }

    /// Shows how far a part has come; another part than the last begins a bar of its own.
    ///
    /// @param what the part is, as the bar's label
    /// @param tokensPerSecond NaN when not known
    /// @param loss NaN when not known
    void at(String what, long done, long all, double tokensPerSecond, double loss) {
        ProgressBar shown = bar;
        if (shown == null || !part.equals(what)) {
            close();
            part = what;
            shown = messages.bar(what);
            bar = shown;
        }
        shown.update(done, all, tokensPerSecond, loss);
    }

    @Override
    public void close() {
        if (bar != null) {
            bar.close();
        }
    }
}
