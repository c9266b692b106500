package io.lota4j.data;

import io.lota4j.LotaException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/// The tokens that a `tokenizer.json` lists.
///
/// @param ids every token and its id, added tokens included
/// @param special the added tokens marked special
/// @param added all added tokens, which are recognised in any text as they are written
/// @param unknown id of the token for what no other stands for, -1 if there is none
/// @param byteLevel whether pieces stand for bytes (`Ġ` is a space)
record Vocabulary(Map<String, Integer> ids, Set<String> special, Set<String> added, int unknown, boolean byteLevel) {
    /// The most ids a tokenizer may have, 40 times as many as any known; keeps a broken file from filling the memory.
    static final int MAX_IDS = 10_000_000;

    static Vocabulary of(JsonNode tokenizer, Path file) {
        Map<String, Integer> ids = new HashMap<>();
        JsonNode vocab = tokenizer.path("model").path("vocab");
        if (vocab.isObject()) {
            vocab.forEachEntry((token, id) -> ids.put(token, checked(id, token, file)));
        } else if (vocab.isArray()) {
            // Unigram models list [token, score] in id order.
            vocab.forEach(entry -> ids.putIfAbsent(entry.path(0).asString(""), ids.size()));
        } else {
            throw new LotaException(file + " has no vocabulary under model.vocab; expected an object or a list.");
        }
        Set<String> special = new LinkedHashSet<>();
        Set<String> allAdded = new LinkedHashSet<>();
        for (JsonNode added : tokenizer.path("added_tokens")) {
            String content = added.path("content").asString("");
            ids.put(content, checked(added.path("id"), content, file));
            allAdded.add(content);
            if (added.path("special").asBoolean(false)) {
                special.add(content);
            }
        }
        return new Vocabulary(
                ids, special, allAdded, unknown(tokenizer.path("model"), ids), isByteLevel(tokenizer.path("decoder")));
    }

    private static int unknown(JsonNode model, Map<String, Integer> ids) {
        return model.path("unk_id").isInt()
                ? model.path("unk_id").intValue()
                : ids.getOrDefault(model.path("unk_token").asString(""), -1);
    }

    Map<Integer, String> addedById() {
        Map<Integer, String> byId = new HashMap<>();
        added.forEach(token -> byId.put(ids.get(token), token));
        return byId;
    }

    private static int checked(JsonNode id, String token, Path file) {
        if (id.isInt() && id.intValue() >= 0 && id.intValue() < MAX_IDS) {
            return id.intValue();
        }
        throw new LotaException(file + ": the token '" + token + "' must have an id from 0 to " + (MAX_IDS - 1)
                + ", found " + (id.isMissingNode() ? "none" : id) + ".");
    }

    /// One more than the largest id.
    int size() {
        return ids.values().stream().mapToInt(Integer::intValue).max().orElse(-1) + 1;
    }

    String[] piecesById() {
        String[] pieces = new String[size()];
        for (int id = 0; id < pieces.length; id++) {
            pieces[id] = "<id " + id + ">";
        }
        ids.forEach((token, id) -> pieces[id] = token);
        return pieces;
    }

    private static boolean isByteLevel(JsonNode decoder) {
        return decoder.path("type").asString("").equals("ByteLevel")
                || decoder.path("decoders").valueStream().anyMatch(Vocabulary::isByteLevel);
    }
}
