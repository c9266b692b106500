package io.lota4j.internal.data;

import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.JsonKeys;
import io.lota4j.internal.checkpoint.JsonKeys.Null;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
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

    private static final String VOCAB = "vocab";

    static Vocabulary of(JsonKeys tokenizer) {
        JsonKeys model = tokenizer
                .optionalObject("model", Null.REFUSED)
                .orElseThrow(() -> tokenizer.wrong("model", "an object"));
        Map<String, Integer> ids = new HashMap<>();
        JsonNode vocab = model.node().path(VOCAB);
        if (vocab.isObject()) {
            JsonKeys pieces = new JsonKeys(model.file(), model.prefix() + VOCAB + ".", vocab);
            vocab.propertyNames().forEach(token -> ids.put(token, id(pieces, token)));
        } else if (vocab.isArray()) {
            // Unigram models list [token, score] in id order.
            for (int id = 0; id < vocab.size(); id++) {
                JsonNode entry = vocab.path(id);
                if (!entry.path(0).isString() || !entry.path(1).isNumber() || entry.size() != 2) {
                    throw tokenizer.refused(Text.format(
                            "\"model.vocab[%d]\" must be a list of a text and its score, found %s.", id, entry));
                }
                ids.putIfAbsent(entry.path(0).stringValue(), id);
            }
        } else {
            throw model.wrong(VOCAB, "an object of tokens and ids, or a list of texts with scores");
        }
        Set<String> special = new LinkedHashSet<>();
        Set<String> allAdded = new LinkedHashSet<>();
        for (JsonKeys added : tokenizer.optionalObjects("added_tokens", Null.ABSENT)) {
            String content = added.text("content");
            ids.put(content, id(added, "id"));
            allAdded.add(content);
            if (added.optionalFlag("special", Null.ABSENT).orElse(false)) {
                special.add(content);
            }
        }
        boolean byteLevel = tokenizer
                .optionalObject("decoder", Null.ABSENT)
                .map(Vocabulary::isByteLevel)
                .orElse(false);
        return new Vocabulary(ids, special, allAdded, unknown(model, ids), byteLevel);
    }

    private static int unknown(JsonKeys model, Map<String, Integer> ids) {
        return model.has("unk_id")
                ? id(model, "unk_id")
                : model.optionalText("unk_token", Null.ABSENT).map(ids::get).orElse(-1);
    }

    private static int id(JsonKeys object, String key) {
        JsonNode id = object.node().path(key);
        if (id.isInt() && id.intValue() >= 0 && id.intValue() < MAX_IDS) {
            return id.intValue();
        }
        throw object.wrong(key, "an id from 0 to " + (MAX_IDS - 1));
    }

    Map<Integer, String> addedById() {
        Map<Integer, String> byId = new HashMap<>();
        added.forEach(token -> byId.put(ids.get(token), token));
        return byId;
    }

    /// One more than the largest id.
    int size() {
        return ids.values().stream().mapToInt(Integer::intValue).max().orElse(-1) + 1;
    }

    /// Null for an id that no token has: there may be millions of these.
    @Nullable
    String[] piecesById() {
        @Nullable String[] pieces = new String[size()];
        ids.forEach((token, id) -> pieces[id] = token);
        return pieces;
    }

    private static boolean isByteLevel(JsonKeys decoder) {
        return decoder.text("type").equals("ByteLevel")
                || decoder.optionalObjects("decoders", Null.ABSENT).stream().anyMatch(Vocabulary::isByteLevel);
    }
}
