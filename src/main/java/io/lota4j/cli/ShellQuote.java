package io.lota4j.cli;

import java.util.regex.Pattern;

/// Writes an argument so that a POSIX shell reads it back.
final class ShellQuote {
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_./:=,@%+-]+");

    private ShellQuote() {}

    static String quote(String argument) {
        return PLAIN.matcher(argument).matches() ? argument : "'" + argument.replace("'", "'\\''") + "'";
    }
}
