package io.lota4j.internal.report;

import io.lota4j.internal.Text;
import io.lota4j.internal.metrics.Results;
import io.lota4j.internal.metrics.RunFile.Run;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The colour and shape of each method, the same in every chart.
final class MethodMarks {
    private static final int COLOURS = 8;

    private final Map<String, Mark> marks = new LinkedHashMap<>();

    private MethodMarks() {}

    static MethodMarks of(Results results) {
        return of(results.file().runs().stream().map(Run::method));
    }

    static MethodMarks of(Stream<String> names) {
        MethodMarks look = new MethodMarks();
        names.distinct().forEach(look::add);
        return look;
    }

    /// 8 colours and 7 shapes: the first 56 names have marks of their own.
    private void add(String name) {
        int i = marks.size();
        Shape shape = Shape.values()[i % Shape.values().length];
        marks.put(name, new Mark(i % COLOURS, shape));
    }

    Mark of(String name) {
        return Objects.requireNonNull(marks.get(name), name);
    }

    /// @param colour of the style sheet's `c0` to `c7`
    record Mark(int colour, Shape shape) {
        /// The classes of an element before whose text the style sheet draws the mark, for legends and tables.
        String swatch() {
            return Text.format("s%d c%d", shape.ordinal(), colour);
        }

        Element at(double x, double y, double radius) {
            return bare(x, y, radius).in("mark c" + colour);
        }

        /// A group for lines and [#bare] marks of one method.
        ///
        /// @param words that a pointer resting on any of them shows
        Element group(String words) {
            return Element.of("g").in("mark c" + colour).add(Svg.title(words));
        }

        /// A line with the mark at its end.
        Element line(List<double[]> points, String words) {
            double[] end = points.getLast();
            return group(words).add(Svg.polyline(points).in("line"), bare(end[0], end[1], 3.5));
        }

        /// The mark without its colour, which a [#group] has.
        Element bare(double x, double y, double radius) {
            return Svg.path(shape.path(x, y, radius));
        }

        /// A dot a run, in one element.
        static Element runs(List<double[]> points) {
            return Svg.path(points.stream()
                            .map(point -> Svg.format("M%s %sh0", point[0], point[1]))
                            .distinct()
                            .collect(Collectors.joining()))
                    .in("run");
        }
    }

    /// Shapes of about the same area.
    enum Shape {
        CIRCLE {
            @Override
            String path(double x, double y, double r) {
                return Svg.format("M%s %sa%s %s 0 1 0 %s 0 %s %s 0 1 0 %s 0", x - r, y, r, r, 2 * r, r, r, -2 * r);
            }
        },
        SQUARE {
            @Override
            String path(double x, double y, double r) {
                double h = 0.88 * r;
                return Svg.format("M%s %sh%sv%sh%sz", x - h, y - h, 2 * h, 2 * h, -2 * h);
            }
        },
        TRIANGLE {
            @Override
            String path(double x, double y, double r) {
                return Svg.format("M%s %sl%s %sh%sz", x, y - 1.2 * r, 1.15 * r, 2 * r, -2.3 * r);
            }
        },
        DIAMOND {
            @Override
            String path(double x, double y, double r) {
                double h = 1.25 * r;
                return Svg.format("M%s %sl%s %s %s %s %s %sz", x, y - h, h, h, -h, h, -h, -h);
            }
        },
        DOWN {
            @Override
            String path(double x, double y, double r) {
                return Svg.format("M%s %sl%s %sh%sz", x, y + 1.2 * r, 1.15 * r, -2 * r, -2.3 * r);
            }
        },
        PLUS {
            @Override
            String path(double x, double y, double r) {
                double t = 0.42 * r;
                double l = 1.1 * r - t;
                return Svg.format(
                        "M%s %sh%sv%sh%sv%sh%sv%sh%sv%sh%sv%sh%sz",
                        x - t, y - t - l, 2 * t, l, l, 2 * t, -l, l, -2 * t, -l, -l, -2 * t, l);
            }
        },
        BAR {
            @Override
            String path(double x, double y, double r) {
                return Svg.format("M%s %sh%sv%sh%sz", x - 1.2 * r, y - 0.55 * r, 2.4 * r, 1.1 * r, -2.4 * r);
            }
        };

        abstract String path(double x, double y, double r);
    }
}
