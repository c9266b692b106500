package io.lota4j.experiment;

import io.lota4j.internal.Sha256;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import tools.jackson.databind.json.JsonMapper;

/// Everything that decides what a piece of work yields: the same inputs, the same result, bit for bit.
///
/// @param values by name, in a fixed order
/// @param earlier the same in the texts that were written before settings had one of their own
record InputDigest(Map<String, String> values, Map<String, String> earlier) {
    /// Digits of a digest in a directory's name: enough for the grids of a lifetime.
    private static final int SHOWN = 12;

    /// What inputs are known by.
    ///
    /// @param now names the directory of new work
    /// @param earlier named the directory of the same work before settings had a text of their own, for what was
    ///     finished then
    record Digest(String now, String earlier) {
        /// A text that has not changed, such as a fingerprint.
        static Digest of(String text) {
            return new Digest(text, text);
        }
    }

    static InputDigest of(String work) {
        return new InputDigest(Map.of(), Map.of()).with("work", work);
    }

    InputDigest with(String name, String value) {
        return with(name, value, value);
    }

    InputDigest with(String name, long value) {
        return with(name, Long.toString(value));
    }

    InputDigest with(String name, double value) {
        return with(name, Double.toString(value));
    }

    InputDigest with(String name, boolean value) {
        return with(name, Boolean.toString(value));
    }

    InputDigest with(String name, Digest value) {
        return with(name, value.now(), value.earlier());
    }

    InputDigest with(String name, String value, String before) {
        return new InputDigest(more(values, name, value), more(earlier, name, before));
    }

    private static Map<String, String> more(Map<String, String> values, String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(values);
        more.put(name, value);
        return more;
    }

    Digest digest() {
        return new Digest(digest(values), digest(earlier));
    }

    private static String digest(Map<String, String> values) {
        String text = values.entrySet().stream()
                .map(entry -> entry.getKey() + "=" + entry.getValue() + "\n")
                .collect(Collectors.joining());
        byte[] digest = Sha256.digest().digest(text.getBytes(StandardCharsets.UTF_8));
        return HexFormat.of().formatHex(digest).substring(0, SHOWN);
    }

    /// For people: what stands behind a directory's name.
    String json() {
        return JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsString(values) + "\n";
    }
}
