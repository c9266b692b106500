package io.lota4j.cli;

import java.io.PrintWriter;
import java.io.Writer;
import java.util.List;

/// What a command says beside its result, on standard error.
///
/// @param err standard error
/// @param quiet whether notes and progress are left out
record Messages(PrintWriter err, boolean quiet) {
    /// Says something that may be left out.
    void note(String line) {
        if (!quiet) {
            err.println(line);
        }
    }

    /// Says something that is never left out, such as how to go on from a stopped run.
    void tell(String line) {
        err.println(line);
    }

    /// Says several things that are never left out.
    void tellAll(List<String> notices) {
        notices.forEach(notice -> tell("lota: " + notice));
    }

    /// Warns of something; never left out.
    void warn(String sentence) {
        tell("lota: warning: " + sentence);
    }

    /// Progress, or what looks like it and shows nothing.
    ///
    /// @param label what runs, such as `train`
    ProgressBar bar(String label) {
        return ProgressBar.on(quiet ? new PrintWriter(Writer.nullWriter()) : err, label);
    }
}
