package io.lota4j.cli;

import io.lota4j.internal.Text;
import org.jspecify.annotations.Nullable;

/// One value of a result: under which key it stands with `--json`, and how it is written for people.
///
/// @param key its name
/// @param value as JSON has it: a number, a text, a switch, a list or a map of such, or null where there is none
/// @param text as a sentence has it
record Figure(Key key, @Nullable Object value, String text) {
    Figure {
        // JSON has no such numbers.
        value = value instanceof Double number && !Double.isFinite(number) ? null : value;
    }

    /// Written as it is: a path, a name, a switch, a small number.
    static Figure of(Key key, Object value) {
        boolean plain = value instanceof Number || value instanceof Boolean;
        return new Figure(key, plain ? value : value.toString(), value.toString());
    }

    /// A number of things, with separators of thousands.
    static Figure count(Key key, long value) {
        return new Figure(key, value, Text.format("%,d", value));
    }

    /// A share in [0, 1], written in per cent.
    static Figure share(Key key, double value) {
        return new Figure(key, value, ResultLines.percent(value));
    }

    /// A size, written in the unit that fits.
    static Figure bytes(Key key, long value) {
        return new Figure(key, value, ResultLines.bytes(value));
    }

    /// A number.
    ///
    /// @param digits behind the point, for people
    @SuppressWarnings("FormatStringAnnotation") // it has one place for one number
    static Figure real(Key key, double value, int digits) {
        return new Figure(key, value, Text.format("%." + digits + "f", value));
    }

    /// What stands in a sentence.
    @Override
    public String toString() {
        return text;
    }
}
