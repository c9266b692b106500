package io.lota4j.internal.data.file;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One row of a data file.
///
/// @param index place among the rows, from 0
/// @param place where it stands in its file, such as `line 3`
/// @param columns column names and values in file order: strings, numbers (whose text is the
///     file's), booleans, lists, maps or null
public record Row(int index, String place, Map<String, @Nullable Object> columns) {
    /// Copies the columns, so that a row never changes.
    public Row {
        columns = Collections.unmodifiableMap(new LinkedHashMap<>(columns));
    }

    /// A row of which only its number is known.
    public Row(int index, Map<String, @Nullable Object> columns) {
        this(index, numbered(index), columns);
    }

    /// The same row among the rows of several files.
    ///
    /// @param other its place among them, from 0
    public Row at(int other) {
        return new Row(other, place, columns);
    }

    /// The place of a row that no line of text holds.
    static String numbered(int index) {
        return "row " + index + " (from 0)";
    }
}
