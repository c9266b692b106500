package io.lota4j.internal.data;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
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
            String name = name(token.path("content"), renamed);
            if (name != null && token instanceof ObjectNode object) {
                object.put("content", name);
            }
        }
        if (tokenizer.path("model") instanceof ObjectNode model) {
            String unknown = name(model.path("unk_token"), renamed);
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
                String name = name(entry.path(0), renamed);
                if (name != null && entry instanceof ArrayNode piece) {
                    piece.set(0, StringNode.valueOf(name));
                }
            }
        }
    }

    private static @Nullable String name(JsonNode old, Map<String, String> renamed) {
        return old.isString() ? renamed.get(old.stringValue()) : null;
    }

    /// A rule that makes a renamed token, or takes one, would be refused: neither is in the vocabulary.
    private static void merges(ObjectNode model, Map<String, String> renamed) {
        if (model.path("merges") instanceof ArrayNode merges) {
            ArrayNode kept = merges.arrayNode();
            for (JsonNode merge : merges) {
                List<String> parts = merge.isString()
                        ? List.of(merge.stringValue().split(" ", 2))
                        : merge.valueStream()
                                .filter(JsonNode::isString)
                                .map(JsonNode::stringValue)
                                .toList();
                if (parts.stream().noneMatch(renamed::containsKey) && !renamed.containsKey(String.join("", parts))) {
                    kept.add(merge);
                }
            }
            model.set("merges", kept);
        }
    }
}
