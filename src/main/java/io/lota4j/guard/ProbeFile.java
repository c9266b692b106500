package io.lota4j.guard;

import io.lota4j.LotaException;
import io.lota4j.internal.checkpoint.JsonKeys;
import io.lota4j.internal.checkpoint.JsonKeys.Null;
import io.lota4j.internal.guard.ProbeLines;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Rows of a probe as JSON lines: `prompt` and `expect`, and optionally `id`, `category`,
/// `decline`, `answer` and `human`.
public final class ProbeFile {
    private static final Set<String> COLUMNS =
            Set.of("id", "prompt", "expect", "category", "decline", "answer", "human");

    private ProbeFile() {}

    /// Reads all rows. One without an id has its number, from 0; other columns are kept.
    ///
    /// @throws LotaException if a row is bad, with its line, if two have one id, or if there is
    ///     none
    public static List<ProbeRow> read(Path file) {
        List<ProbeRow> rows = new ArrayList<>();
        Set<String> ids = new HashSet<>();
        for (JsonKeys line : ProbeLines.read(file)) {
            ProbeRow row = row(line, rows.size());
            if (!ids.add(row.id())) {
                throw line.refused("The id '" + row.id() + "' is another row's too; give each row an id of its own.");
            }
            rows.add(row);
        }
        return rows;
    }

    private static ProbeRow row(JsonKeys line, int number) {
        if (line.has("messages")) {
            throw line.refused("A probe's row with 'messages' is not read; give the user's message as 'prompt'.");
        }
        Map<String, String> others = new LinkedHashMap<>();
        line.node()
                .propertyStream()
                .filter(column -> !COLUMNS.contains(column.getKey()))
                .forEach(column -> others.put(column.getKey(), column.getValue().toString()));
        Optional<String> human = line.optionalText("human", Null.ABSENT);
        return new ProbeRow(
                ProbeLines.id(line).orElse("" + number),
                line.text("prompt"),
                ProbeLines.expectation(line),
                line.optionalText("category", Null.ABSENT).orElse(ProbeRow.ALL),
                line.optionalText("decline", Null.ABSENT).orElse(null),
                line.optionalText("answer", Null.ABSENT).orElse(null),
                human.isEmpty() ? null : ProbeLines.outcome(line, "human"),
                others);
    }
}
