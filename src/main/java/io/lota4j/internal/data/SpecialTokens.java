package io.lota4j.internal.data;

import io.lota4j.internal.checkpoint.JsonKeys;
import io.lota4j.internal.checkpoint.JsonKeys.Null;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/// The named special tokens of `tokenizer_config.json`: `bos_token`, `eos_token`, `pad_token` and so on.
public record SpecialTokens(Map<String, String> byName) {
    private static final String SUFFIX = "_token";
    private static final String CONTENT = "content";

    /// What every tokenizer may name. Other keys that end alike may be settings, such as `add_bos_token`.
    private static final Set<String> TOKENS =
            Set.of("bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token");

    /// Those of a model directory; none where it has no such file.
    public static SpecialTokens of(Path modelDir) {
        JsonKeys config = ModelJson.optional(modelDir, ChatTemplate.CONFIG);
        Map<String, String> tokens = new LinkedHashMap<>();
        for (String key : config.node().propertyNames()) {
            if (key.endsWith(SUFFIX)) {
                token(config, key).ifPresent(token -> tokens.put(key, token));
            }
        }
        return new SpecialTokens(Collections.unmodifiableMap(tokens));
    }

    /// A token is its text, or an object with the text under `content`.
    private static Optional<String> token(JsonKeys config, String key) {
        JsonNode value = config.node().path(key);
        boolean token = TOKENS.contains(key);
        if (value.isObject() && (token || value.has(CONTENT))) {
            return config.optionalObject(key, Null.ABSENT).map(object -> object.text(CONTENT));
        }
        return token || value.isString() ? config.optionalText(key, Null.ABSENT) : Optional.empty();
    }

    Optional<String> eos() {
        return Optional.ofNullable(byName.get("eos_token"));
    }
}
