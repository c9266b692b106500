package io.lota4j.data.file;

import io.lota4j.internal.data.file.BadRowException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.json.JsonMapper;

/// A row that was left out because it could not be used.
///
/// @param file as its user names it
/// @param place where in the file, such as `line 3`
/// @param reason what was expected and what was found
public record BadRow(String file, String place, String reason) {
    public static BadRow of(BadRowException fault) {
        return new BadRow(fault.file(), fault.place(), fault.reason());
    }

    /// A list of them as JSON lines.
    public static String lines(List<BadRow> rows) {
        StringBuilder lines = new StringBuilder();
        for (BadRow row : rows) {
            lines.append(JsonMapper.shared()
                            .writeValueAsString(new TreeMap<>(
                                    Map.of("file", row.file(), "place", row.place(), "reason", row.reason()))))
                    .append('\n');
        }
        return lines.toString();
    }
}
