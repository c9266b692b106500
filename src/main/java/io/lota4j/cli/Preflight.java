package io.lota4j.cli;

/// The launcher's question before it starts a JVM for work: is the command line right, and what does the work need?
///
/// With the property `lota.preflight` a command that would train or generate checks its options, makes its plan as for
/// a dry run, and ends with one of these codes instead of doing its work. A JVM with the Vector API prints a warning
/// about it, which nobody should see before help or a refusal.
final class Preflight {
    /// Start again, with the Vector API.
    static final int VECTOR = 75;

    /// Start again, without it.
    static final int PLAIN = 76;

    private Preflight() {}

    /// Whether this JVM is only asked.
    static boolean asked() {
        return Boolean.getBoolean("lota.preflight");
    }

    /// The answer.
    ///
    /// @param vector whether the work would use the Vector API
    static int answer(boolean vector) {
        return vector ? VECTOR : PLAIN;
    }
}
