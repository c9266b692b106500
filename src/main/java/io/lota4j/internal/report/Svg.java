package io.lota4j.internal.report;

import io.lota4j.internal.Text;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/// The few shapes that charts are made of. Coordinates are written to a tenth, a third of which no eye sees.
final class Svg {
    private Svg() {}

    /// A drawing that is as wide as its place allows, and says what it shows to those who cannot see it.
    static Element figure(double width, double height, String label) {
        return Element.of("svg")
                .with("viewBox", format("0 0 %s %s", width, height))
                .in("chart")
                .with("role", "img")
                .with("aria-label", label);
    }

    static Element line(double x1, double y1, double x2, double y2) {
        return Element.of("line")
                .with("x1", number(x1))
                .with("y1", number(y1))
                .with("x2", number(x2))
                .with("y2", number(y2));
    }

    static Element path(String commands) {
        return Element.of("path").with("d", commands);
    }

    /// A line through points, each of x and y.
    static Element polyline(List<double[]> points) {
        StringBuilder commands = new StringBuilder();
        double x = 0;
        double y = 0;
        for (double[] point : points) {
            // From where the line is once it was rounded, so that nothing adds up.
            String step = format(commands.isEmpty() ? "M%s %s" : "l%s %s", point[0] - x, point[1] - y);
            // A command that repeats the one before needs no letter.
            commands.append(commands.indexOf("l") >= 0 ? " " + step.substring(1) : step);
            x = rounded(point[0]);
            y = rounded(point[1]);
        }
        return path(commands.toString());
    }

    /// @param anchor `start`, `middle` or `end`
    static Element text(double x, double y, String anchor, String text) {
        return text(x, y, text).with("text-anchor", anchor);
    }

    /// Text whose anchor a group around it says.
    static Element text(double x, double y, String text) {
        return Element.of("text", text).with("x", number(x)).with("y", number(y));
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
        return decimals(Text.format("%.1f", value));
    }

    private static double rounded(double value) {
        return Math.round(10 * value) / 10.0;
    }

    /// A share, such as an opacity, with two decimals.
    static String share(double value) {
        return decimals(Text.format("%.2f", value));
    }

    private static String decimals(String text) {
        return text.replaceFirst("\\.0*$|(\\.\\d*?)0+$", "$1").replaceFirst("^-0$", "0");
    }
}
