package io.lota4j.cli;

import java.io.PrintWriter;
import java.io.StringWriter;

/// Runs command lines in tests and keeps what they print.
final class Cli {
    final StringWriter out = new StringWriter();
    final StringWriter err = new StringWriter();
    private final Commands commands;

    Cli(Commands commands) {
        this.commands = commands;
    }

    int run(String... args) {
        return new Main(commands, new PrintWriter(out), new PrintWriter(err)).execute(args);
    }

    String out() {
        return out.toString();
    }

    String err() {
        return err.toString();
    }
}
