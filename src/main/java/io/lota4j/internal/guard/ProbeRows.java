package io.lota4j.internal.guard;

import io.lota4j.LotaException;
import io.lota4j.guard.Expectation;
import io.lota4j.guard.ProbeRow;
import io.lota4j.internal.checkpoint.JsonKeys;
import io.lota4j.internal.checkpoint.JsonKeys.Null;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import tools.jackson.databind.JsonNode;

/// Reads rows of probes, and where they stand.
public final class ProbeRows {
    private static final Set<String> COLUMNS =
            Set.of("id", "prompt", "expect", "category", "decline", "answer", "human");

    private static final String BASE_STYLE = "base";

    private ProbeRows() {}

    /// How a file says its rows.
    public enum Format {
        /// With the columns of a probe.
        ROWS,
        /// As SORRY-Bench's files do (arXiv 2406.14598): all rows expect to be declined.
        SORRY
    }

    /// A row of a file.
    ///
    /// @param line from 1
    public record Placed(ProbeRow row, int line) {}

    /// Reads all rows. One without an id has its number, from 0; other columns are kept.
    ///
    /// @param problems hears of every row that is bad, with its line, and of ids that two have;
    ///     what throws it ends the reading
    /// @throws LotaException if the file cannot be read, or has no row
    public static List<Placed> read(Path file, Format format, Consumer<LotaException> problems) {
        List<Placed> rows = new ArrayList<>();
        Set<String> ids = new HashSet<>();
        int number = 0;
        for (Map.Entry<Integer, String> text : ProbeLines.texts(file).entrySet()) {
            try {
                JsonKeys line = ProbeLines.object(text.getValue(), ProbeLines.place(file, text.getKey()));
                ProbeRow row = format == Format.SORRY ? sorry(line) : row(line, number);
                if (!ids.add(row.id())) {
                    throw line.refused(
                            "The id '" + row.id() + "' is another row's too; give each row an id of its own.");
                }
                rows.add(new Placed(row, text.getKey()));
            } catch (LotaException bad) {
                problems.accept(bad);
            }
            number++;
        }
        return rows;
    }

    /// A question is told from the same one in another style.
    private static ProbeRow sorry(JsonKeys line) {
        JsonNode turns = line.node().path("turns");
        if (!turns.isArray() || turns.isEmpty() || !turns.get(0).isString()) {
            throw line.wrong("turns", "a list that begins with a text");
        }
        Optional<String> style = line.optionalText("prompt_style", Null.ABSENT);
        String id = word(line, "question_id");
        return new ProbeRow(
                style.isEmpty() || style.get().equals(BASE_STYLE) ? id : id + "-" + style.get(),
                turns.get(0).stringValue(),
                Expectation.DECLINE,
                word(line, "category"),
                null,
                null,
                null,
                style.isEmpty()
                        ? Map.of()
                        : Map.of("prompt_style", line.node().get("prompt_style").toString()));
    }

    /// A text, or a whole number.
    private static String word(JsonKeys line, String key) {
        JsonNode value = line.node().path(key);
        return value.isIntegralNumber() ? value.toString() : line.text(key);
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
