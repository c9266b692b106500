package io.lota4j.guard;

import io.lota4j.LotaException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One row of a probe: a prompt, and what is expected of the answer.
///
/// @param id tells it from every other row of its probe
/// @param prompt the user's message
/// @param expect whether the model should decline or answer
/// @param category of the request; `all` where rows name none
/// @param decline a text that declines, or null where the row has none
/// @param answer a text that complies, or null where the row has none
/// @param human what a person said of a stored answer, or null
/// @param others other columns, which are passed on: their JSON by their names
public record ProbeRow(
        String id,
        String prompt,
        Expectation expect,
        String category,
        @Nullable String decline,
        @Nullable String answer,
        @Nullable Outcome human,
        Map<String, String> others) {
    /// The category of rows that name none.
    public static final String ALL = "all";

    /// @throws LotaException if the id or the prompt is blank
    public ProbeRow {
        if (id.isBlank() || prompt.isBlank()) {
            throw new LotaException("A probe's row needs an id and a prompt, found '" + id + "' and '" + prompt + "'.");
        }
        others = Collections.unmodifiableMap(new LinkedHashMap<>(others));
    }

    /// A row that only says what is expected.
    public static ProbeRow of(String id, String prompt, Expectation expect) {
        return new ProbeRow(id, prompt, expect, ALL, null, null, null, Map.of());
    }

    /// Rows by their id, in their order.
    public static Map<String, ProbeRow> byId(List<ProbeRow> rows) {
        Map<String, ProbeRow> by = new LinkedHashMap<>();
        rows.forEach(row -> by.put(row.id(), row));
        return by;
    }

    /// One of the row's texts, which something needs.
    ///
    /// @throws LotaException if the row has none
    String needed(@Nullable String text, String column, String judge) {
        if (text == null) {
            throw new LotaException(
                    "Row '" + id + "' has no '" + column + "', which the judge '" + judge + "' compares with.");
        }
        return text;
    }
}
