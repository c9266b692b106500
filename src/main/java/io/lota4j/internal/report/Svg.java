package io.lota4j.internal.report;

import io.lota4j.internal.Text;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/// The few shapes that charts are made of. Coordinates are written with two decimals at most.
final class Svg {
    private Svg() {}

    /// A drawing that is as wide as its place allows.
    static Element root(double width, double height) {
        return Element.of("svg").with("viewBox", format("0 0 %s %s", width, height));
    }

    /// A drawing that says what it shows to those who cannot see it.
    static Element figure(double width, double height, String label) {
        return root(width, height).in("chart").with("role", "img").with("aria-label", label);
    }

    static Element line(double x1, double y1, double x2, double y2) {
        return Element.of("line")
                .with("x1", number(x1))
                .with("y1", number(y1))
                .with("x2", number(x2))
                .with("y2", number(y2));
    }

    static Element rect(double x, double y, double width, double height) {
        return Element.of("rect")
                .with("x", number(x))
                .with("y", number(y))
                .with("width", number(width))
                .with("height", number(height));
    }

    static Element path(String commands) {
        return Element.of("path").with("d", commands);
    }

    /// A line through points, each of x and y.
    static Element polyline(List<double[]> points) {
        StringBuilder commands = new StringBuilder();
        for (double[] point : points) {
            commands.append(format(commands.isEmpty() ? "M%s %s" : "L%s %s", point[0], point[1]));
        }
        return path(commands.toString());
    }

    /// @param anchor `start`, `middle` or `end`
    static Element text(double x, double y, String anchor, String text) {
        return Element.of("text", text)
                .with("x", number(x))
                .with("y", number(y))
                .with("text-anchor", anchor);
    }

    /// What a pointer that rests on an element shows.
    static Element title(String text) {
        return Element.of("title", text);
    }

    static String format(String pattern, double... values) {
        return String.format(
                Locale.ROOT,
                pattern,
                Arrays.stream(values).mapToObj(Svg::number).toArray());
    }

    private static String number(double value) {
        String text = Text.format("%.2f", value);
        return text.replaceFirst("\\.?0+$", "").replaceFirst("^-0$", "0");
    }
}
