package io.lota4j.internal.report;

import java.util.List;

/// Values of several runs, a line a method: names to the left, one axis for all.
final class Strips {
    private static final double WIDTH = 560;
    private static final double LEFT = 216;
    private static final double RIGHT = 552;
    private static final double ROW = 17;

    private final Element svg;
    private final Scale scale;
    private int lines;

    /// @param label what the chart shows
    /// @param range that the axis shows
    /// @param lines how many there will be
    Strips(String label, List<Double> range, int lines) {
        this.scale = Scale.of(range, 5, LEFT, RIGHT);
        double bottom = ROW * lines + 2;
        this.svg = Svg.figure(WIDTH, bottom + 38, label).in("chart strips");
        Element texts = Element.of("g").in("tick").with("text-anchor", "middle");
        StringBuilder grid = new StringBuilder();
        for (double tick : scale.ticks()) {
            grid.append(Svg.format("M%s 0V%s", scale.at(tick), bottom));
            texts.add(Svg.text(scale.at(tick), bottom + 14, NumberFormat.SHARE.tick(tick)));
        }
        StringBuilder tracks = new StringBuilder();
        for (int i = 0; i < lines; i++) {
            tracks.append(Svg.format("M%s %sH%s", LEFT, middle(i), RIGHT));
        }
        svg.add(
                Svg.path(grid.toString()).in("grid"),
                Svg.path(tracks.toString()).in("track"),
                texts);
    }

    private static double middle(int line) {
        return ROW * line + ROW / 2;
    }

    /// The next line.
    ///
    /// @param values one a run
    void add(String name, MethodMarks.Mark mark, List<Double> values) {
        double y = middle(lines++);
        List<double[]> places =
                values.stream().map(value -> new double[] {scale.at(value), y}).toList();
        svg.add(Element.of("g")
                .in("c" + mark.colour())
                .add(
                        Svg.text(LEFT - 14, y + 4, "end", name),
                        MethodMarks.Mark.runs(places).with("data-values", values)));
    }

    /// @param title of the axis
    Element html(String title) {
        return svg.add(
                Svg.text((LEFT + RIGHT) / 2, ROW * lines + 33, "middle", title).in("axis"));
    }
}
