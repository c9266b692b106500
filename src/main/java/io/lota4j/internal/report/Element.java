package io.lota4j.internal.report;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/// An element of a page that is HTML and well-formed XML at once. Text and attributes are escaped when written.
final class Element {
    /// Elements that are closed at once where nothing is in them.
    private static final Set<String> EMPTY = Set.of("meta", "br", "path", "line");

    /// So many digits of a number are written: more than any cell shows.
    static final int DIGITS = 6;

    /// Over this whole numbers are rounded as others are.
    private static final double LARGEST_WHOLE = 1e15;

    private final String name;
    private final Map<String, String> attributes = new LinkedHashMap<>();
    private final List<Object> children = new ArrayList<>();

    private Element(String name) {
        this.name = name;
    }

    static Element of(String name) {
        return new Element(name);
    }

    /// An element with text in it.
    static Element of(String name, String text) {
        return new Element(name).text(text);
    }

    Element with(String attribute, String value) {
        attributes.put(attribute, value);
        return this;
    }

    /// A number with [#DIGITS] significant digits, a whole one with all of its own.
    Element with(String attribute, double value) {
        return with(attribute, number(value));
    }

    /// Numbers in their order, with spaces between.
    Element with(String attribute, List<Double> values) {
        return with(attribute, values.stream().map(Element::number).collect(Collectors.joining(" ")));
    }

    static String number(double value) {
        if (value == Math.rint(value) && Math.abs(value) < LARGEST_WHOLE) {
            return Long.toString((long) value);
        }
        return new BigDecimal(value)
                .round(new MathContext(DIGITS))
                .stripTrailingZeros()
                .toString();
    }

    /// One or more CSS classes.
    Element in(String classes) {
        return with("class", classes);
    }

    Element text(String text) {
        children.add(text);
        return this;
    }

    Element add(Element... more) {
        children.addAll(List.of(more));
        return this;
    }

    Element add(List<Element> more) {
        children.addAll(more);
        return this;
    }

    @Override
    public String toString() {
        StringBuilder out = new StringBuilder();
        write(out);
        return out.toString();
    }

    private void write(StringBuilder out) {
        out.append('<').append(name);
        attributes.forEach((key, value) ->
                out.append(' ').append(key).append("=\"").append(escape(value)).append('"'));
        if (EMPTY.contains(name) && children.isEmpty()) {
            out.append("/>");
            return;
        }
        out.append('>');
        for (Object child : children) {
            if (child instanceof Element element) {
                element.write(out);
            } else {
                out.append(escape(child.toString()));
            }
        }
        out.append("</").append(name).append('>');
    }

    /// Text as it may stand between tags and in double quotes; what XML has no characters for becomes U+FFFD.
    static String escape(String text) {
        StringBuilder out = new StringBuilder(text.length());
        text.codePoints().forEach(c -> {
            switch (c) {
                case '&' -> out.append("&amp;");
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '"' -> out.append("&quot;");
                default -> out.appendCodePoint(isCharacter(c) ? c : 0xFFFD);
            }
        });
        return out.toString();
    }

    private static boolean isCharacter(int c) {
        boolean control = c < 0x20 && c != '\t' && c != '\n';
        boolean surrogate = c >= 0xD800 && c <= 0xDFFF;
        return !control && !surrogate && c != 0xFFFE && c != 0xFFFF;
    }
}
