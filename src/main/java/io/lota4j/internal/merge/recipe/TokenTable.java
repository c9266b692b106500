package io.lota4j.internal.merge.recipe;

import io.lota4j.LotaException;
import io.lota4j.internal.Text;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// What a `tokenizer.json` lists.
///
/// @param file where it was read
/// @param json the whole file; not to be changed
/// @param ids of all tokens, in the order of the ids
/// @param added the entries of the tokens that were added to the model's vocabulary, in the order of the ids
record TokenTable(Path file, ObjectNode json, SequencedMap<String, Integer> ids, SequencedMap<String, JsonNode> added) {
    static final String FILE = "tokenizer.json";
    static final String ADDED = "added_tokens";
    static final String CONTENT = "content";
    static final String ID = "id";

    /// Keeps a broken file from filling the memory: 40 times as many as any known tokenizer has.
    private static final int MOST_IDS = 10_000_000;

    /// Empty where a directory has no `tokenizer.json`.
    ///
    /// @throws LotaException when the file cannot be read or is no tokenizer
    static Optional<TokenTable> find(Path directory) {
        return ConfigJson.find(directory.resolve(FILE)).map(TokenTable::of);
    }

    private static TokenTable of(ConfigJson config) {
        Map<Integer, String> tokens = new TreeMap<>();
        JsonNode vocab = config.root().path("model").path("vocab");
        if (vocab.isObject()) {
            vocab.properties()
                    .forEach(entry -> tokens.put(id(config.file(), entry.getKey(), entry.getValue()), entry.getKey()));
        } else if (vocab.isArray()) {
            // Unigram models list [token, score] in the order of the ids.
            vocab.forEach(entry ->
                    tokens.put(tokens.size(), text(config, "model.vocab[" + tokens.size() + "][0]", entry.path(0))));
        } else {
            throw new LotaException(Text.format("%s: no vocabulary under model.vocab", config.file()));
        }
        Map<Integer, JsonNode> added = new TreeMap<>();
        for (JsonNode entry : config.root().path(ADDED)) {
            String token = content(config, entry);
            int id = id(config.file(), token, entry.path(ID));
            tokens.put(id, token);
            added.put(id, entry);
        }
        SequencedMap<String, Integer> ids = new LinkedHashMap<>();
        tokens.forEach((id, token) -> ids.put(token, id));
        SequencedMap<String, JsonNode> entries = new LinkedHashMap<>();
        added.values().forEach(entry -> entries.put(content(config, entry), entry));
        return new TokenTable(config.file(), config.root(), ids, entries);
    }

    private static String content(ConfigJson config, JsonNode entry) {
        return text(config, ADDED + "[]." + CONTENT, entry.path(CONTENT));
    }

    private static String text(ConfigJson config, String key, JsonNode token) {
        if (!token.isString()) {
            throw new LotaException(Text.format(
                    "%s: \"%s\" must be a text, found %s.",
                    config.file(), key, token.isMissingNode() ? "nothing" : token));
        }
        return token.stringValue();
    }

    private static int id(Path file, String token, JsonNode id) {
        if (id.canConvertToInt() && id.isIntegralNumber() && id.intValue() >= 0 && id.intValue() < MOST_IDS) {
            return id.intValue();
        }
        throw new LotaException(Text.format(
                "%s: token '%s' must have an id from 0 to %d, found %s",
                file, token, MOST_IDS - 1, id.isMissingNode() ? "none" : id));
    }
}
