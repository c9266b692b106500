package io.lota4j.internal.report;

import io.lota4j.internal.metrics.Spread;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What stands in a table's cell.
///
/// @param pieces text and numbers in turn; none: nothing is known
record Cell(List<Piece> pieces) {
    /// @param value that the text shows, or null for mere text
    record Piece(String text, @Nullable Double value) {}

    static Cell text(String text) {
        return new Cell(List.of(new Piece(text, null)));
    }

    static Cell number(double value, NumberFormat unit) {
        return new Cell(List.of(new Piece(unit.text(value), value)));
    }

    static Cell number(OptionalDouble value, NumberFormat unit) {
        return value.isPresent() ? number(value.getAsDouble(), unit) : new Cell(List.of());
    }

    /// The mean alone.
    static Cell mean(Optional<Spread> spread, NumberFormat unit) {
        return spread.map(s -> number(s.mean(), unit)).orElseGet(() -> new Cell(List.of()));
    }

    /// The mean and, of two values or more, the standard deviation.
    static Cell spread(Optional<Spread> spread, NumberFormat unit) {
        List<Piece> pieces = new ArrayList<>();
        spread.ifPresent(s -> {
            pieces.add(new Piece(unit.text(s.mean()), s.mean()));
            s.deviation().ifPresent(d -> {
                pieces.add(new Piece(" ± ", null));
                // Exactly none is not the same as one that rounds to nothing.
                pieces.add(new Piece(d == 0 ? "0" : unit.text(d), d));
            });
        });
        return new Cell(List.copyOf(pieces));
    }

    /// From one number to another.
    static Cell range(double low, double high, NumberFormat unit) {
        return new Cell(
                List.of(new Piece(unit.text(low), low), new Piece(" to ", null), new Piece(unit.text(high), high)));
    }

    boolean known() {
        return !pieces.isEmpty();
    }

    /// Whether it is mere text.
    boolean textual() {
        return pieces.stream().allMatch(p -> p.value() == null);
    }

    String plain() {
        return known() ? pieces.stream().map(Piece::text).collect(Collectors.joining()) : "–";
    }

    /// In a sentence: the first number large, what follows small.
    List<Element> html() {
        Element first = Element.of("span", known() ? pieces.getFirst().text() : "–");
        if (known() && pieces.getFirst().value() instanceof Double value) {
            first.with("data-value", value);
        }
        return pieces.size() > 1 ? List.of(first, rest()) : List.of(first);
    }

    /// Puts it into an element, with the first number as an attribute.
    Element fill(Element cell) {
        cell.text(known() ? pieces.getFirst().text() : "–");
        if (known() && pieces.getFirst().value() instanceof Double value) {
            cell.with("data-value", value);
        }
        return pieces.size() > 1 ? cell.add(rest()) : cell;
    }

    /// What stands behind the first piece, a deviation or an end of a range: as far as it is shown.
    private Element rest() {
        return Element.of("i", pieces.stream().skip(1).map(Piece::text).collect(Collectors.joining()));
    }
}
