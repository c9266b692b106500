package io.lota4j.internal.merge.recipe;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Stream;

/// What a recipe says about one parameter at one place. Flags are numbers: 0 is false, 1 is true.
sealed interface ParameterSetting {
    /// The value for a tensor.
    ///
    /// @param tensor its name
    /// @param t the layer's place among those of its slice: 0 is the first, 1 the last
    /// @return empty when the setting says nothing about this tensor
    OptionalDouble at(String tensor, double t);

    /// Every number that was written, for checks of range: what is interpolated lies between two of them.
    Stream<Double> values();

    /// One value everywhere.
    record Scalar(double value) implements ParameterSetting {
        @Override
        public OptionalDouble at(String tensor, double t) {
            return OptionalDouble.of(value);
        }

        @Override
        public Stream<Double> values() {
            return Stream.of(value);
        }
    }

    /// Values at equal distances from the first layer to the last, with straight lines between them.
    ///
    /// @param points at least one
    record Gradient(List<Double> points) implements ParameterSetting {
        @Override
        public OptionalDouble at(String tensor, double t) {
            double scaled = t * (points.size() - 1);
            int left = (int) scaled;
            int right = Math.min(points.size() - 1, left + 1);
            double share = scaled - left;
            return OptionalDouble.of((1 - share) * points.get(left) + share * points.get(right));
        }

        @Override
        public Stream<Double> values() {
            return points.stream();
        }
    }

    /// Of several values the first whose filter fits.
    record Filtered(List<Condition> conditions) implements ParameterSetting {
        @Override
        public OptionalDouble at(String tensor, double t) {
            return conditions.stream()
                    .filter(condition -> condition.fits(tensor))
                    .findFirst()
                    .map(condition -> condition.value().at(tensor, t))
                    .orElse(OptionalDouble.empty());
        }

        @Override
        public Stream<Double> values() {
            return conditions.stream().flatMap(condition -> condition.value().values());
        }
    }

    /// What could not be read: that was told, and says nothing about any tensor.
    record Unread() implements ParameterSetting {
        @Override
        public OptionalDouble at(String tensor, double t) {
            return OptionalDouble.empty();
        }

        @Override
        public Stream<Double> values() {
            return Stream.empty();
        }
    }

    /// A value for some tensors.
    ///
    /// @param filter a part of the names of the tensors that are meant; empty or `*` for all of them
    /// @param value never filtered itself
    record Condition(Optional<String> filter, ParameterSetting value) {
        private static final String ALL = "*";

        boolean fits(String tensor) {
            return isForAll() || tensor.contains(filter.orElseThrow());
        }

        boolean isForAll() {
            return filter.isEmpty() || filter.get().equals(ALL);
        }
    }
}
