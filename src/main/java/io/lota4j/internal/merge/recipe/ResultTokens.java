package io.lota4j.internal.merge.recipe;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// The tokens of a merge's result: those of one tokenizer, and behind them what it lacks.
///
/// @param table the tokenizer whose files the result gets
/// @param ids of all tokens
/// @param added entries for `added_tokens` of `tokenizer.json`, with their ids
record ResultTokens(TokenTable table, SequencedMap<String, Integer> ids, List<ObjectNode> added) {
    ResultTokens {
        ids = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(ids));
        added = List.copyOf(added);
    }

    /// A tokenizer of the merge and how many tokens its model has rows for.
    record Limited(TokenTable table, int rows) {
        boolean has(String token) {
            Integer id = table.ids().get(token);
            return id != null && id < rows;
        }
    }

    /// @param table the tokenizer to begin with
    /// @param others whose tokens are added: first all plain ones, then those that were already added there,
    ///     each in the order of the models and of their ids
    /// @param asked single tokens that are added where nobody has them
    static ResultTokens of(TokenTable table, List<Limited> others, Iterable<String> asked) {
        Adding adding = new Adding(table);
        for (Limited other : others) {
            other.table().ids().keySet().stream()
                    .filter(token -> other.has(token) && !isAdded(token, others))
                    .forEach(adding::plain);
        }
        for (Limited other : others) {
            other.table().added().forEach((token, entry) -> {
                if (other.has(token)) {
                    adding.copied(token, entry);
                }
            });
        }
        asked.forEach(adding::plain);
        return new ResultTokens(table, adding.ids, adding.added);
    }

    private static boolean isAdded(String token, List<Limited> tables) {
        return tables.stream().anyMatch(limited -> limited.table().added().containsKey(token) && limited.has(token));
    }

    /// One more than the largest id.
    int size() {
        return ids.values().stream().mapToInt(Integer::intValue).max().orElse(-1) + 1;
    }

    /// `tokenizer.json` with the tokens that were added.
    String json() {
        ObjectNode json = table.json().deepCopy();
        ArrayNode list = json.withArray(TokenTable.ADDED);
        added.forEach(list::add);
        return ConfigJson.text(json);
    }

    private static final class Adding {
        private final SequencedMap<String, Integer> ids;
        private final List<ObjectNode> added = new ArrayList<>();
        private final ObjectNode template;
        private int next;

        Adding(TokenTable table) {
            ids = new LinkedHashMap<>(table.ids());
            next = ids.values().stream().mapToInt(Integer::intValue).max().orElse(-1) + 1;
            template = table.json().objectNode();
            template.put(TokenTable.ID, 0).put(TokenTable.CONTENT, "");
            List.of("single_word", "lstrip", "rstrip").forEach(flag -> template.put(flag, false));
            template.put("normalized", true).put("special", false);
        }

        void plain(String token) {
            copied(token, template);
        }

        void copied(String token, JsonNode entry) {
            if (ids.putIfAbsent(token, next) == null) {
                ObjectNode own = (ObjectNode) entry.deepCopy();
                own.put(TokenTable.ID, next).put(TokenTable.CONTENT, token);
                added.add(own);
                next++;
            }
        }
    }
}
