package io.lota4j.data;

import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

/// Gives tokens of a `tokenizer.json` other names, with the same ids: the old names are then text as any other.
final class RenamedTokens {
    private RenamedTokens() {}

    /// @param renamed new names by the old ones
    static JsonNode in(JsonNode tokenizer, Map<String, String> renamed) {
        for (JsonNode token : tokenizer.path("added_tokens")) {
            String name = renamed.get(token.path("content").asString(""));
            if (name != null && token instanceof ObjectNode object) {
                object.put("content", name);
            }
        }
        if (tokenizer.path("model") instanceof ObjectNode model) {
            String unknown = renamed.get(model.path("unk_token").asString(""));
            if (unknown != null) {
                model.put("unk_token", unknown);
            }
            vocabulary(model, renamed);
            merges(model, renamed);
        }
        return tokenizer;
    }

    private static void vocabulary(ObjectNode model, Map<String, String> renamed) {
        if (model.path("vocab") instanceof ObjectNode vocabulary) {
            renamed.forEach((old, name) -> {
                JsonNode id = vocabulary.remove(old);
                if (id != null) {
                    vocabulary.set(name, id);
                }
            });
        } else {
            for (JsonNode entry : model.path("vocab")) {
                String name = renamed.get(entry.path(0).asString(""));
                if (name != null && entry instanceof ArrayNode piece) {
                    piece.set(0, StringNode.valueOf(name));
                }
            }
        }
    }

    /// A rule that makes a renamed token, or takes one, would be refused: neither is in the vocabulary.
    private static void merges(ObjectNode model, Map<String, String> renamed) {
        if (model.path("merges") instanceof ArrayNode merges) {
            ArrayNode kept = merges.arrayNode();
            for (JsonNode merge : merges) {
                String[] parts = merge.isArray()
                        ? new String[] {
                            merge.path(0).asString(""), merge.path(1).asString("")
                        }
                        : merge.asString("").split(" ", 2);
                boolean gone = parts.length == 2
                        && (renamed.containsKey(parts[0])
                                || renamed.containsKey(parts[1])
                                || renamed.containsKey(parts[0] + parts[1]));
                if (!gone) {
                    kept.add(merge);
                }
            }
            model.set("merges", kept);
        }
    }
}
