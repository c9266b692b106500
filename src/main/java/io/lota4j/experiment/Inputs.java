package io.lota4j.experiment;

import io.lota4j.Sha256;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/// Everything that decides what a piece of work yields: the same inputs, the same result, bit for bit.
///
/// @param values by name, in a fixed order
record Inputs(Map<String, String> values) {
    /// Digits of a digest in a directory's name: enough for the grids of a lifetime.
    private static final int SHOWN = 12;

    static Inputs of(String work) {
        Map<String, String> values = new LinkedHashMap<>();
        values.put("work", work);
        return new Inputs(values);
    }

    Inputs with(String name, Object value) {
        Map<String, String> more = new LinkedHashMap<>(values);
        more.put(name, value.toString());
        return new Inputs(more);
    }

    String digest() {
        MessageDigest digest = Sha256.digest();
        values.forEach((name, value) -> digest.update((name + "=" + value + "\n").getBytes(StandardCharsets.UTF_8)));
        return HexFormat.of().formatHex(digest.digest()).substring(0, SHOWN);
    }

    /// For people: what stands behind a directory's name.
    String json() {
        return JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsString(values) + "\n";
    }
}
