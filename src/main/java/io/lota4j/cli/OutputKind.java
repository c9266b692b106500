package io.lota4j.cli;

/// What happens where an output is to go and something is there already.
enum OutputKind {
    /// A file that took work: a mask, a ticket. It is replaced with `--force` only.
    RESULT,

    /// A file that is quickly made again: a table, a page. It is replaced, which a line says.
    REPORT,

    /// A file that rows are added to.
    LOG,

    /// A run's state, which has rules of its own: see [io.lota4j.train.StateFile].
    STATE,

    /// A directory that must not exist or be empty: a model, an adapter.
    DIRECTORY,

    /// A directory that files are added to.
    FOLDER;

    /// What to write for an output whose path was given as a dash. A state is read again, and a directory is no
    /// stream: neither can go to standard output.
    String insteadOfDash() {
        return switch (this) {
            case RESULT, REPORT, LOG -> "/dev/stdout for standard output, or ./- for a file of that name";
            case STATE -> "./- for a file of that name";
            case DIRECTORY, FOLDER -> "./- for a directory of that name";
        };
    }
}
