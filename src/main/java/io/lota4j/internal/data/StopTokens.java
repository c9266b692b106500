package io.lota4j.internal.data;

import io.lota4j.internal.checkpoint.JsonKeys;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;

/// The tokens at which generation stops.
///
/// @param ids their ids, ascending, at least one
public record StopTokens(Set<Integer> ids) {
    private static final String KEY = "eos_token_id";

    /// Copies the ids.
    public StopTokens {
        ids = Collections.unmodifiableSet(new TreeSet<>(ids));
    }

    /// The token that ends an answer, and the `eos_token_id` of `generation_config.json` and of `config.json`,
    /// each of which may be one id, a list or nothing.
    ///
    /// @throws io.lota4j.LotaException if an `eos_token_id` is neither
    public static StopTokens of(Path modelDir, int endToken) {
        Set<Integer> ids = new TreeSet<>();
        ids.add(endToken);
        for (String name : new String[] {"generation_config.json", "config.json"}) {
            JsonKeys config = ModelJson.optional(modelDir, name);
            JsonNode eos = config.node().path(KEY);
            Iterable<JsonNode> listed = eos.isArray() ? eos : Set.of(eos);
            for (JsonNode id : listed) {
                if (id.isInt()) {
                    ids.add(id.intValue());
                } else if (!id.isMissingNode() && !id.isNull()) {
                    throw config.wrong(KEY, "a whole number or a list of them");
                }
            }
        }
        return new StopTokens(ids);
    }

    /// Whether generation stops at a token.
    public boolean contains(int id) {
        return ids.contains(id);
    }
}
