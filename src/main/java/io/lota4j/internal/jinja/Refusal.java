package io.lota4j.internal.jinja;

/// What a template may not or cannot do; [Interpreter] and [Parser] add the line and make a
/// [io.lota4j.LotaException] of it.
final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final boolean raised;

    private Refusal(String message, boolean raised) {
        super(message, null, false, false);
        this.raised = raised;
    }

    Refusal(String message) {
        this(message, false);
    }

    /// `raise_exception(message)`.
    static Refusal raised(String message) {
        return new Refusal(message, true);
    }

    boolean isRaised() {
        return raised;
    }

    String reason() {
        return String.valueOf(getMessage());
    }
}
