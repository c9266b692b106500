package io.lota4j.internal.jinja;

/// A [Refusal] with the line of the template that it is about.
final class LineRefusal extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int line;
    private final Refusal refusal;

    LineRefusal(int line, Refusal refusal) {
        super(refusal.reason(), refusal, false, false);
        this.line = line;
        this.refusal = refusal;
    }

    int line() {
        return line;
    }

    Refusal refusal() {
        return refusal;
    }
}
