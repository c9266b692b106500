package io.lota4j.cli;

import java.io.PrintWriter;
import picocli.CommandLine.Option;

/// How a command that has a result prints it, as a picocli mixin.
final class ResultOptions {
    static final String JSON = "--json";
    static final String QUIET = "--quiet";

    @Option(names = JSON, description = "Print the result as one JSON object; docs/cli.md lists its keys.")
    private boolean json;

    @Option(names = QUIET, description = "Leave out progress and notes on standard error; warnings and errors stay.")
    private boolean quiet;

    boolean json() {
        return json;
    }

    boolean quiet() {
        return quiet;
    }

    Result result(PrintWriter out) {
        return new Result(out, json);
    }

    Messages messages(PrintWriter err) {
        return new Messages(err, quiet);
    }
}
