package io.lota4j.internal.train;

import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// Settings as text, such as `lr=3e-4, optimizer=sgd, steps=30`: `key=value` in the order of the keys.
///
/// What has its default is left out, so that a setting that is added later leaves the texts of older runs as they
/// are. States of runs and the digests of experiments are made of these texts: they never change.
public final class SettingsText {
    private final SortedMap<String, String> values = new TreeMap<>();

    /// Adds a setting that has no default.
    ///
    /// @return this
    public SettingsText with(String key, String value) {
        values.put(key, value);
        return this;
    }

    /// Adds a setting unless it has its default.
    ///
    /// @return this
    public SettingsText with(String key, String value, String byDefault) {
        return value.equals(byDefault) ? this : with(key, value);
    }

    /// As [#with(String, String, String)] for a number.
    public SettingsText with(String key, double value, double byDefault) {
        return with(key, number(value), number(byDefault));
    }

    /// As [#with(String, String, String)] for a whole number.
    public SettingsText with(String key, long value, long byDefault) {
        return with(key, Long.toString(value), Long.toString(byDefault));
    }

    /// As [#with(String, String, String)] for a constant.
    public SettingsText with(String key, Enum<?> value, Enum<?> byDefault) {
        return with(key, word(value), word(byDefault));
    }

    /// All of them.
    public String text() {
        return values.entrySet().stream()
                .map(entry -> entry.getKey() + "=" + entry.getValue())
                .collect(Collectors.joining(", "));
    }

    /// A number as people write it: without a fraction where there is none.
    public static String number(double value) {
        return Double.toString(value).replaceFirst("\\.0(?=E|$)", "").replace('E', 'e');
    }

    /// A constant as options and recipes name it, such as `token-mean`.
    public static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
