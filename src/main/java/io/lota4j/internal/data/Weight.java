package io.lota4j.internal.data;

import io.lota4j.LotaException;
import io.lota4j.internal.data.file.Columns;
import io.lota4j.internal.data.file.Row;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/// Reads the weight of a row.
final class Weight {
    static final String COLUMN = "weight";

    private Weight() {}

    /// What the loss of a row's tokens counts; empty where the row does not say.
    ///
    /// @throws LotaException if it is no number over 0
    static OptionalDouble of(Row row) {
        @Nullable Object value = row.columns().get(COLUMN);
        if (value == null) {
            return OptionalDouble.empty();
        }
        double weight = number(value);
        if (!(weight > 0) || !Float.isFinite((float) weight)) {
            throw new LotaException("The column '" + COLUMN + "' holds "
                    + (value instanceof Number || value instanceof String ? "'" + value + "'" : Columns.kind(value))
                    + ", expected a number over 0; leave a row out that shall carry no loss.");
        }
        return OptionalDouble.of(weight);
    }

    /// Tables of text hold numbers as text.
    private static double number(Object value) {
        if (value instanceof Number number) {
            return number.doubleValue();
        }
        try {
            return value instanceof String text ? Double.parseDouble(text.strip()) : Double.NaN;
        } catch (NumberFormatException e) {
            return Double.NaN;
        }
    }
}
