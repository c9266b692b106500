package io.lota4j.cli;

import java.util.List;

/// Quantiles of measurements.
final class Quantile {
    private Quantile() {}

    static double median(List<Double> values) {
        return of(0.5, values);
    }

    /// Between the two nearest values, linearly.
    ///
    /// @param q from 0 to 1
    /// @param values at least one
    static double of(double q, List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        double place = q * (sorted.size() - 1);
        int below = (int) place;
        int above = Math.min(below + 1, sorted.size() - 1);
        return sorted.get(below) + (place - below) * (sorted.get(above) - sorted.get(below));
    }
}
