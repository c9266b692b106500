package io.lota4j.internal.report;

import java.util.Collection;
import java.util.List;
import java.util.function.DoubleFunction;

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
        x.ticks().forEach(tick -> xTick(x.at(tick), text.apply(tick)));
        return xTitle(title);
    }

    /// An axis of names, evenly spaced.
    Plot x(String title, List<String> names) {
        x = new Scale(-0.5, names.size() - 0.5, 1, LEFT, RIGHT);
        for (int i = 0; i < names.size(); i++) {
            xTick(x.at(i), names.get(i));
        }
        return xTitle(title);
    }

    private void xTick(double at, String text) {
        svg.add(Svg.line(at, TOP, at, BOTTOM).in("grid"));
        svg.add(Svg.text(at, BOTTOM + 15, "middle", text).in("tick"));
    }

    private Plot xTitle(String title) {
        svg.add(Svg.text((LEFT + RIGHT) / 2, BOTTOM + 38, "middle", title).in("axis"));
        return this;
    }

    Plot y(String title, Collection<Double> values, DoubleFunction<String> text) {
        y = Scale.of(values, 5, BOTTOM, TOP);
        for (double tick : y.ticks()) {
            svg.add(Svg.line(LEFT, y.at(tick), RIGHT, y.at(tick)).in("grid"));
            svg.add(Svg.text(LEFT - 6, y.at(tick) + 3.5, "end", text.apply(tick))
                    .in("tick"));
        }
        svg.add(
                Svg.line(LEFT, BOTTOM, RIGHT, BOTTOM).in("frame"),
                Svg.line(LEFT, TOP, LEFT, BOTTOM).in("frame"));
        double middle = (TOP + BOTTOM) / 2;
        svg.add(Svg.text(12, middle, "middle", title)
                .in("axis")
                .with("transform", Svg.format("rotate(-90 %s %s)", 12, middle)));
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
