package io.lota4j.internal.kernel.cuda;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/// The kernels as the driver takes them. `src/main/cuda/build-ptx.sh` writes the resource.
///
/// @param text one module
record Ptx(String text) {
    private static final String RESOURCE = "kernels.ptx";
    private static final Pattern ENTRY = Pattern.compile("\\.entry\\s+(\\w+)\\s*\\(([^)]*)\\)");
    private static final Pattern PARAMETER = Pattern.compile("\\.param\\s+\\.(\\w+)");

    static Ptx embedded() {
        try (InputStream in = Ptx.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw new IllegalStateException(RESOURCE + " is missing from the jar");
            }
            return new Ptx(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(RESOURCE + " cannot be read from the jar", e);
        }
    }

    /// The types of every entry's parameters, such as `u64` and `f32`, by the entry's name.
    Map<String, List<String>> entries() {
        Map<String, List<String>> entries = new LinkedHashMap<>();
        ENTRY.matcher(text).results().forEach(e -> entries.put(e.group(1), parameters(e)));
        return entries;
    }

    private static List<String> parameters(MatchResult entry) {
        return PARAMETER.matcher(entry.group(2)).results().map(p -> p.group(1)).toList();
    }

    /// As a C string.
    byte[] bytes() {
        return (text + "\0").getBytes(StandardCharsets.UTF_8);
    }
}
