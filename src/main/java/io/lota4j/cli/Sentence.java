package io.lota4j.cli;

import io.lota4j.internal.Text;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/// A line of a result, made of the figures that `--json` gives: what people read cannot differ from it.
///
/// @param pattern of the line, with `%s` (or `%14s` and the like) for each figure that is told
/// @param told the figures in the line
/// @param silent figures that only `--json` gives
record Sentence(String pattern, List<Figure> told, List<Figure> silent) {
    Sentence {
        told = List.copyOf(told);
        silent = List.copyOf(silent);
    }

    static Sentence of(String pattern, Figure... told) {
        return new Sentence(pattern, List.of(told), List.of());
    }

    /// The same line with more figures for `--json`.
    Sentence with(Figure... more) {
        List<Figure> all = new ArrayList<>(silent);
        all.addAll(List.of(more));
        return new Sentence(pattern, told, all);
    }

    /// The same line with words behind it.
    Sentence followedBy(String words) {
        return new Sentence(pattern + words.replace("%", "%%"), told, silent);
    }

    /// The same line with words before it.
    Sentence after(String words) {
        return new Sentence(words.replace("%", "%%") + pattern, told, silent);
    }

    /// Several in one line.
    static Sentence join(String between, List<Sentence> parts) {
        return new Sentence(
                String.join(between, parts.stream().map(Sentence::pattern).toList()),
                parts.stream().flatMap(part -> part.told.stream()).toList(),
                parts.stream().flatMap(part -> part.silent.stream()).toList());
    }

    /// All figures by the names of their keys.
    ///
    /// @throws IllegalStateException when two have the same key
    SequencedMap<String, @Nullable Object> values() {
        SequencedMap<String, @Nullable Object> values = new LinkedHashMap<>();
        told.forEach(figure -> put(values, figure));
        silent.forEach(figure -> put(values, figure));
        return values;
    }

    private static void put(SequencedMap<String, @Nullable Object> values, Figure figure) {
        if (values.containsKey(figure.key().word())) {
            throw new IllegalStateException(
                    "two figures of one sentence have the key " + figure.key().word());
        }
        values.put(figure.key().word(), figure.value());
    }

    /// The line.
    @Override
    @SuppressWarnings("FormatStringAnnotation") // parts of the pattern come from those that are joined
    public String toString() {
        return Text.format(pattern, told.toArray());
    }
}
