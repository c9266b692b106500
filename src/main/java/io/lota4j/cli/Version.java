package io.lota4j.cli;

import io.lota4j.internal.Build;
import io.lota4j.internal.Text;

/// What `lota --version` prints.
final class Version {
    private Version() {}

    /// The tool's version, and the Java that runs it.
    static String line() {
        return Text.format(
                "lota %s (Java %s, %s %s)",
                Build.version(), Runtime.version(), System.getProperty("os.name"), System.getProperty("os.arch"));
    }
}
