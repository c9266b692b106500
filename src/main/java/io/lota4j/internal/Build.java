package io.lota4j.internal;

import java.util.Objects;

/// This build of lota4j.
public final class Build {
    private Build() {}

    /// The version in the jar's manifest, or `development` where classes run without their jar.
    public static String version() {
        return Objects.requireNonNullElse(Build.class.getPackage().getImplementationVersion(), "development");
    }
}
