package io.lota4j.internal.data.file;

import java.math.BigDecimal;

/// A number of a row, which keeps the text that the file has: `1e5` stays `1e5`, and `1.0` is not `1`.
public final class JsonNumber extends Number {
    private static final long serialVersionUID = 1L;

    private final String text;

    /// @param text as the file has it, in digits
    public JsonNumber(String text) {
        this.text = text;
    }

    @Override
    public int intValue() {
        return new BigDecimal(text).intValue();
    }

    @Override
    public long longValue() {
        return new BigDecimal(text).longValue();
    }

    @Override
    public float floatValue() {
        return Float.parseFloat(text);
    }

    @Override
    public double doubleValue() {
        return Double.parseDouble(text);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof JsonNumber number && number.text.equals(text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    /// As the file has it.
    @Override
    public String toString() {
        return text;
    }
}
