package io.lota4j.internal.metrics;

import io.lota4j.metrics.Direction;
import java.util.Collection;
import java.util.Optional;
import java.util.OptionalDouble;

/// Values of the same thing from several seeds.
///
/// @param mean of the values
/// @param deviation standard deviation of the sample (n - 1); empty for one value
/// @param worst of the values in their direction
/// @param n how many values
public record Spread(double mean, OptionalDouble deviation, double worst, int n) {
    /// @return empty for no values
    public static Optional<Spread> of(Direction direction, Collection<Double> values) {
        if (values.isEmpty()) {
            return Optional.empty();
        }
        double mean = mean(values);
        var ordered = values.stream().mapToDouble(Double::doubleValue);
        double worst = (direction == Direction.LOWER ? ordered.max() : ordered.min()).orElse(mean);
        return Optional.of(new Spread(mean, deviation(values, mean), worst, values.size()));
    }

    private static double mean(Collection<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).sum() / values.size();
    }

    private static OptionalDouble deviation(Collection<Double> values, double mean) {
        if (values.size() < 2) {
            return OptionalDouble.empty();
        }
        double squares =
                values.stream().mapToDouble(v -> (v - mean) * (v - mean)).sum();
        return OptionalDouble.of(Math.sqrt(squares / (values.size() - 1)));
    }

    /// Whether two means lie further apart than both deviations together; never with one seed.
    public boolean apartFrom(Spread other) {
        return deviation.isPresent()
                && other.deviation.isPresent()
                && Math.abs(mean - other.mean) > deviation.getAsDouble() + other.deviation.getAsDouble();
    }
}
