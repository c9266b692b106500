package io.lota4j.cli;

import io.lota4j.internal.Text;
import java.nio.file.InvalidPathException;
import java.util.Optional;

/// Letters that this JVM cannot read or write in arguments and in names of files, because the locale that it was
/// started
/// in has no such letters. The launcher sees to that; who starts the JVM by hand has to.
final class Unreadable {
    /// What the JVM puts for bytes that are no letter.
    private static final char LOST = '\uFFFD';

    private Unreadable() {}

    /// What is wrong with the first argument that lost letters, which would be another file's name or text.
    static Optional<String> of(String... arguments) {
        for (int i = 0; i < arguments.length; i++) {
            if (arguments[i].indexOf(LOST) >= 0) {
                return Optional.of(Text.format(
                        "argument %d, '%s', holds letters that could not be read. %s", i + 1, arguments[i], remedy()));
            }
        }
        return Optional.empty();
    }

    /// What is wrong with a path that cannot be one.
    static String of(InvalidPathException path) {
        String where = Text.format("the path '%s' cannot be used: %s.", path.getInput(), path.getReason());
        return path.getReason().contains("unmappable") ? where + " " + remedy() : where;
    }

    private static String remedy() {
        return Text.format(
                "This JVM reads arguments and names of files as %s; set the environment variable LC_ALL=C.UTF-8 before "
                        + "it starts, or write them in UTF-8.",
                System.getProperty("sun.jnu.encoding"));
    }
}
