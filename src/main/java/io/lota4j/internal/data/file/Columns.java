package io.lota4j.internal.data.file;

import io.lota4j.LotaException;
import io.lota4j.internal.Suggestions;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Reads columns of a row as text.
public final class Columns {
    private Columns() {}

    /// A column's text.
    ///
    /// @param why who names the column, as the subject of an error message ("The template")
    public static String text(Row row, String column, String why) {
        if (!row.columns().containsKey(column)) {
            String hint = Suggestions.nearest(column, row.columns().keySet())
                    .map(near -> " (did you mean '" + near + "'?)")
                    .orElse("");
            throw new LotaException(why + " names the column '" + column + "', which the row does not have" + hint
                    + ". Its columns: " + names(row) + ".");
        }
        Object value = row.columns().get(column);
        return switch (value) {
            case String text -> text;
            case Number number -> number.toString();
            case Boolean bool -> bool.toString();
            case null, default ->
                throw new LotaException("The column '" + column + "' holds " + kind(value) + ", expected text.");
        };
    }

    public static String names(Row row) {
        return String.join(", ", row.columns().keySet());
    }

    /// A value's kind with its article, for messages.
    public static String kind(@Nullable Object value) {
        return switch (value) {
            case null -> "null";
            case String text -> "a string";
            case Number number -> "a number";
            case Boolean bool -> "a boolean";
            case List<?> list -> "a list";
            case Map<?, ?> object -> "an object";
            case byte[] bytes -> "bytes that are no text";
            default -> value.getClass().getSimpleName();
        };
    }
}
