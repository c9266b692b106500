package io.lota4j.internal.metrics;

import io.lota4j.metrics.Direction;
import io.lota4j.metrics.Figure;
import java.util.OptionalDouble;

/// How much of what was learned is left.
public final class Kept {
    private Kept() {}

    /// Of an accuracy `now / learned`, of a loss `(base - now) / (base - learned)`.
    ///
    /// @return 1 if all of it, over 1 if more than that, negative if worse than the base; empty where a score is
    ///     not known or the denominator is not positive
    public static OptionalDouble share(Figure figure, OptionalDouble base, OptionalDouble learned, OptionalDouble now) {
        if (learned.isEmpty() || now.isEmpty()) {
            return OptionalDouble.empty();
        }
        if (figure.direction() == Direction.HIGHER) {
            return ratio(now.getAsDouble(), learned.getAsDouble());
        }
        return base.isEmpty()
                ? OptionalDouble.empty()
                : ratio(base.getAsDouble() - now.getAsDouble(), base.getAsDouble() - learned.getAsDouble());
    }

    private static OptionalDouble ratio(double left, double gained) {
        return gained > 0 ? OptionalDouble.of(left / gained) : OptionalDouble.empty();
    }
}
