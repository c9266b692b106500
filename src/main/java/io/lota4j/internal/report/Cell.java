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
                pieces.add(new Piece(unit.text(d), d));
            });
        });
        return new Cell(List.copyOf(pieces));
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

    /// The first number large, what follows small.
    List<Element> html() {
        List<Element> out = new ArrayList<>();
        if (!known()) {
            return List.of(Element.of("span", "–").in("none"));
        }
        out.add(piece(pieces.getFirst()));
        if (pieces.size() > 1) {
            Element rest = Element.of("small");
            for (Piece piece : pieces.subList(1, pieces.size())) {
                if (piece.value() == null) {
                    rest.text(piece.text());
                } else {
                    rest.add(piece(piece));
                }
            }
            out.add(rest);
        }
        return out;
    }

    /// Puts it into an element, a single number without an element of its own.
    Element fill(Element cell) {
        if (pieces.size() == 1 && pieces.getFirst().value() instanceof Double value) {
            return cell.text(pieces.getFirst().text()).with("data-value", value);
        }
        return cell.add(html());
    }

    private static Element piece(Piece piece) {
        Element span = Element.of("span", piece.text());
        return piece.value() == null ? span : span.with("data-value", piece.value());
    }
}
