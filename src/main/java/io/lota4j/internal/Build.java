package io.lota4j.internal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// This build of lota4j.
public final class Build {
    private static final Pattern INSTRUCTIONS =
            Pattern.compile("avx.*|fma|f16c|amx.*|asimd.*|sve.*|bf16|i8mm|sse4_[12]");

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

    /// The sets of instructions of this machine's processor that decide in which order libraries add up, as the system
    /// names them; `unknown` where it does not say.
    public static String instructions() {
        Path file = Path.of("/proc/cpuinfo");
        if (!Files.isReadable(file)) {
            return "unknown";
        }
        try (Stream<String> lines = Files.lines(file)) {
            return lines.filter(line -> line.startsWith("flags") || line.startsWith("Features"))
                    .findFirst()
                    .map(line -> Arrays.stream(line.split("\\s+"))
                            .filter(word -> INSTRUCTIONS.matcher(word).matches())
                            .sorted()
                            .collect(Collectors.joining(" ")))
                    .orElse("unknown");
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    /// What a result was made on, as [#versions].
    public static Map<String, String> machine() {
        Map<String, String> machine = new LinkedHashMap<>();
        machine.put("system", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
        machine.put("processors", Integer.toString(Runtime.getRuntime().availableProcessors()));
        return machine;
    }
}
