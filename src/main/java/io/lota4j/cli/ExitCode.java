package io.lota4j.cli;

/// What the process answers its shell with.
final class ExitCode {
    static final int OK = 0;

    /// A problem that the user can mend (the message says how), or a defect (with a stack trace).
    static final int FAILED = 1;

    /// A command line that cannot be understood.
    static final int USAGE = 2;

    /// Stopped by Ctrl-C: 128 + SIGINT, as shells count.
    static final int INTERRUPTED = 130;

    /// Nobody read standard output to its end: 128 + SIGPIPE.
    static final int CLOSED_PIPE = 141;

    private ExitCode() {}
}
