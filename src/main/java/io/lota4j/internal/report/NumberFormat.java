package io.lota4j.internal.report;

import io.lota4j.internal.Text;
import io.lota4j.metrics.Figure;

/// How numbers are written.
enum NumberFormat {
    /// Four decimals.
    LOSS {
        @Override
        String digits(double value) {
            return Text.format("%.4f", value);
        }
    },
    /// A fraction as percent.
    SHARE {
        @Override
        String digits(double value) {
            return Text.format("%.1f%%", 100 * value);
        }
    },
    /// A difference of two shares, in percentage points.
    POINTS {
        @Override
        String digits(double value) {
            return Text.format("%.1f points", 100 * value);
        }
    },
    /// A whole number with separators.
    COUNT {
        @Override
        String digits(double value) {
            return Text.format("%,d", Math.round(value));
        }
    },
    BYTES {
        @Override
        String digits(double value) {
            return scaled(value, 1000, "B", "kB", "MB", "GB", "TB");
        }
    },
    SECONDS {
        @Override
        String digits(double value) {
            long seconds = Math.round(value);
            return value < 100
                    ? Text.format("%.1f s", value)
                    : value < 6000
                            ? Text.format("%d min %02d s", seconds / 60, seconds % 60)
                            : Text.format("%d h %02d min", seconds / 3600, seconds / 60 % 60);
        }
    },
    /// A learning rate: its shortest digits, with an exponent; one that is found for each stage is 0.
    RATE {
        @Override
        String digits(double value) {
            return value == 0
                    ? "auto"
                    : Text.format("%.3e", value)
                            .replaceFirst("\\.?0+e", "e")
                            .replaceFirst("e([+-])0", "e$1")
                            .replace("e+", "e");
        }
    },
    /// Two decimals.
    NUMBER {
        @Override
        String digits(double value) {
            return Text.format("%.2f", value);
        }
    },
    /// A factor, two decimals.
    FACTOR {
        @Override
        String digits(double value) {
            return Text.format("%.2f×", value);
        }
    };

    abstract String digits(double value);

    /// A number with its unit, and a minus sign that is as wide as a plus.
    String text(double value) {
        String digits = digits(Math.abs(value));
        return value < 0 && !digits.equals(digits(0)) ? "−" + digits : digits;
    }

    /// As [#text] without zeros at the end, for axes.
    String tick(double value) {
        return text(value).replaceFirst("(\\.\\d*?)0+(?!\\d)", "$1").replaceFirst("\\.(?!\\d)", "");
    }

    static NumberFormat of(Figure figure) {
        return figure == Figure.LOSS ? LOSS : SHARE;
    }

    private static String scaled(double value, double step, String... units) {
        double rest = value;
        int unit = 0;
        while (rest >= step && unit < units.length - 1) {
            rest /= step;
            unit++;
        }
        return Text.format(unit == 0 ? "%.0f %s" : "%.1f %s", rest, units[unit]);
    }
}
