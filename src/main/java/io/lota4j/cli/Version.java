package io.lota4j.cli;

import java.util.Objects;

/// What `lota --version` prints.
final class Version {
    private Version() {}

    /// The tool's version, and the Java that runs it.
    static String line() {
        return "lota %s (Java %s, %s %s)"
                .formatted(number(), Runtime.version(), System.getProperty("os.name"), System.getProperty("os.arch"));
    }

    /// The version in the jar's manifest, or `development` where classes run without their jar.
    static String number() {
        return Objects.requireNonNullElse(Version.class.getPackage().getImplementationVersion(), "development");
    }
}
