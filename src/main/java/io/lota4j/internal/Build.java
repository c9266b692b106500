package io.lota4j.internal;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/// This build of lota4j.
public final class Build {
    private Build() {}

    /// The version in the jar's manifest, or `development` where classes run without their jar.
    public static String version() {
        return Objects.requireNonNullElse(Build.class.getPackage().getImplementationVersion(), "development");
    }

    /// What a result was made with, for its description; a map of the caller's own.
    public static Map<String, String> versions() {
        Map<String, String> versions = new LinkedHashMap<>();
        versions.put("lota4j", version());
        versions.put("java", Runtime.version().toString());
        return versions;
    }

    /// What a result was made on, as [#versions].
    public static Map<String, String> machine() {
        Map<String, String> machine = new LinkedHashMap<>();
        machine.put("system", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
        machine.put("processors", Integer.toString(Runtime.getRuntime().availableProcessors()));
        return machine;
    }
}
