package io.lota4j.internal.report;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/// A linear axis whose ticks are round numbers.
///
/// @param low smallest value shown
/// @param high largest value shown, over `low`
/// @param step between ticks
/// @param from coordinate of `low`
/// @param to coordinate of `high`
record Scale(double low, double high, double step, double from, double to) {
    private static final double[] STEPS = {1, 2, 2.5, 5, 10};
    /// Of the range, so that no point lies on the frame.
    private static final double ROOM = 0.04;

    /// An axis that shows all of the values.
    ///
    /// @param values finite, at least one
    /// @param ticks about how many
    static Scale of(Collection<Double> values, int ticks, double from, double to) {
        double low = values.stream().mapToDouble(Double::doubleValue).min().orElseThrow();
        double high = values.stream().mapToDouble(Double::doubleValue).max().orElseThrow();
        double range = high - low;
        if (range <= 1e-9 * Math.max(Math.abs(low), Math.abs(high)) || range == 0) {
            range = Math.max(Math.abs(low), 1) / 10;
        }
        double room = ROOM * range;
        return new Scale(low - room, Math.max(high, low + range) + room, step(range / ticks), from, to);
    }

    /// The smallest of 1, 2, 2.5 and 5 times a power of ten that is not below.
    static double step(double least) {
        double power = Math.pow(10, Math.floor(Math.log10(least)));
        for (double step : STEPS) {
            if (step * power >= least * (1 - 1e-9)) {
                return step * power;
            }
        }
        return 10 * power;
    }

    double at(double value) {
        return from + (value - low) / (high - low) * (to - from);
    }

    List<Double> ticks() {
        List<Double> ticks = new ArrayList<>();
        for (long i = (long) Math.ceil(low / step - 1e-9); i * step <= high + 1e-9 * step; i++) {
            ticks.add(i * step);
        }
        return ticks;
    }
}
