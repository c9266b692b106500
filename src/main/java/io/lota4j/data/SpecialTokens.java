package io.lota4j.data;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/// The named special tokens of `tokenizer_config.json`: `bos_token`, `eos_token`, `pad_token` and so on.
record SpecialTokens(Map<String, String> byName) {
    static SpecialTokens of(Path modelDir) {
        Map<String, String> tokens = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> entry :
                ModelJson.optional(modelDir, "tokenizer_config.json").properties()) {
            // A token is its text, or an object with the text under `content`.
            JsonNode text = entry.getValue().isObject() ? entry.getValue().path("content") : entry.getValue();
            if (entry.getKey().endsWith("_token") && text.isString()) {
                tokens.put(entry.getKey(), text.stringValue());
            }
        }
        return new SpecialTokens(Collections.unmodifiableMap(tokens));
    }

    Optional<String> eos() {
        return Optional.ofNullable(byName.get("eos_token"));
    }
}
