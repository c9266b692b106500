package io.lota4j.data;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One row of a data file.
///
/// @param index place among the rows, from 0
/// @param line line of the file, from 1; differs from `index + 1` only after blank lines
/// @param columns column names and values in file order: strings, numbers (whose text is the
///     file's), booleans, lists, maps or null
public record Row(int index, int line, Map<String, @Nullable Object> columns) {
    /// Copies the columns, so that a row never changes.
    public Row {
        columns = Collections.unmodifiableMap(new LinkedHashMap<>(columns));
    }

    /// A row of a file without blank lines.
    public Row(int index, Map<String, @Nullable Object> columns) {
        this(index, index + 1, columns);
    }
}
