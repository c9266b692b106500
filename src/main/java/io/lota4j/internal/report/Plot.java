package io.lota4j.internal.report;

import java.util.Collection;
import java.util.List;
import java.util.function.DoubleFunction;
import java.util.stream.IntStream;

/// A chart's frame: two axes with their ticks and titles; marks are added to it.
final class Plot {
    static final double WIDTH = 360;
    static final double HEIGHT = 270;
    private static final double LEFT = 50;
    private static final double RIGHT = 350;
    private static final double TOP = 12;
    private static final double BOTTOM = 222;

    private final Element svg;
    private Scale x = new Scale(0, 1, 1, LEFT, RIGHT);
    private Scale y = new Scale(0, 1, 1, BOTTOM, TOP);

    /// @param label what the chart shows
    Plot(String label) {
        svg = Svg.figure(WIDTH, HEIGHT, label);
    }

    /// @param reversed whether small values are on the right
    Plot x(String title, Collection<Double> values, DoubleFunction<String> text, boolean reversed) {
        x = Scale.of(values, 4, reversed ? RIGHT : LEFT, reversed ? LEFT : RIGHT);
        return xAxis(title, x.ticks(), x.ticks().stream().map(text::apply).toList());
    }

    /// An axis of names, evenly spaced.
    Plot x(String title, List<String> names) {
        x = new Scale(-0.5, names.size() - 0.5, 1, LEFT, RIGHT);
        return xAxis(
                title,
                IntStream.range(0, names.size()).mapToObj(i -> (double) i).toList(),
                names);
    }

    private Plot xAxis(String title, List<Double> ticks, List<String> names) {
        Element texts = Element.of("g").in("tick").with("text-anchor", "middle");
        StringBuilder grid = new StringBuilder();
        for (int i = 0; i < ticks.size(); i++) {
            double at = x.at(ticks.get(i));
            grid.append(Svg.format("M%s %sV%s", at, TOP, BOTTOM));
            texts.add(Svg.text(at, BOTTOM + 15, names.get(i)));
        }
        svg.add(
                Svg.path(grid.toString()).in("grid"),
                texts,
                Svg.text((LEFT + RIGHT) / 2, BOTTOM + 38, "middle", title).in("axis"));
        return this;
    }

    Plot y(String title, Collection<Double> values, DoubleFunction<String> text) {
        y = Scale.of(values, 5, BOTTOM, TOP);
        Element texts = Element.of("g").in("tick").with("text-anchor", "end");
        StringBuilder grid = new StringBuilder();
        for (double tick : y.ticks()) {
            grid.append(Svg.format("M%s %sH%s", LEFT, y.at(tick), RIGHT));
            texts.add(Svg.text(LEFT - 6, y.at(tick) + 3.5, text.apply(tick)));
        }
        double middle = (TOP + BOTTOM) / 2;
        svg.add(
                Svg.path(grid.toString()).in("grid"),
                texts,
                Svg.path(Svg.format("M%s %sV%sH%s", LEFT, TOP, BOTTOM, RIGHT)).in("frame"),
                Svg.text(4, middle, "middle", title)
                        .in("axis")
                        .with("transform", Svg.format("rotate(-90 %s %s)", 4, middle)));
        return this;
    }

    double x(double value) {
        return x.at(value);
    }

    double y(double value) {
        return y.at(value);
    }

    Plot add(Element mark) {
        svg.add(mark);
        return this;
    }

    Element html() {
        return svg;
    }
}
