package io.lota4j.internal.report;

import io.lota4j.internal.metrics.Results;
import io.lota4j.internal.metrics.RunFile.Run;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
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
        /// The mark alone, for legends and tables.
        Element swatch() {
            return Svg.root(14, 14).in("swatch").with("aria-hidden", "true").add(at(7, 7, 5));
        }

        Element at(double x, double y, double radius) {
            return Svg.path(shape.path(x, y, radius)).in("mark c" + colour);
        }
    }

    /// Shapes of about the same area.
    enum Shape {
        CIRCLE {
            @Override
            String path(double x, double y, double r) {
                return Svg.format("M%s %sa%s %s 0 1 0 %s 0a%s %s 0 1 0 %s 0Z", x - r, y, r, r, 2 * r, r, r, -2 * r);
            }
        },
        SQUARE {
            @Override
            String path(double x, double y, double r) {
                double h = 0.88 * r;
                return Svg.format("M%s %sh%sv%sh%sZ", x - h, y - h, 2 * h, 2 * h, -2 * h);
            }
        },
        TRIANGLE {
            @Override
            String path(double x, double y, double r) {
                return Svg.format("M%s %sl%s %sh%sZ", x, y - 1.2 * r, 1.15 * r, 2 * r, -2.3 * r);
            }
        },
        DIAMOND {
            @Override
            String path(double x, double y, double r) {
                double h = 1.25 * r;
                return Svg.format("M%s %sl%s %sl%s %sl%s %sZ", x, y - h, h, h, -h, h, -h, -h);
            }
        },
        DOWN {
            @Override
            String path(double x, double y, double r) {
                return Svg.format("M%s %sl%s %sh%sZ", x, y + 1.2 * r, 1.15 * r, -2 * r, -2.3 * r);
            }
        },
        PLUS {
            @Override
            String path(double x, double y, double r) {
                double t = 0.42 * r;
                double l = 1.1 * r - t;
                return Svg.format(
                        "M%s %sh%sv%sh%sv%sh%sv%sh%sv%sh%sv%sh%sZ",
                        x - t, y - t - l, 2 * t, l, l, 2 * t, -l, l, -2 * t, -l, -l, -2 * t, l);
            }
        },
        BAR {
            @Override
            String path(double x, double y, double r) {
                return Svg.format("M%s %sh%sv%sh%sZ", x - 1.2 * r, y - 0.55 * r, 2.4 * r, 1.1 * r, -2.4 * r);
            }
        };

        abstract String path(double x, double y, double r);
    }
}
