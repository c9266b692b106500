package io.lota4j.guard;

import io.lota4j.LotaException;
import java.util.List;

/// How soft inputs are moved, to see how far they must go before a behaviour is left.
///
/// @param slots inputs at the beginning of the first user message, at least 1
/// @param radii how far a slot may go, as shares of the mean L2 norm of an embedding's row: over
///     0, ascending
/// @param steps of each radius, at least 1
/// @param norm that is bounded
/// @param seed of the order of rows and of what is drawn by chance
public record StressOptions(int slots, List<Double> radii, int steps, Norm norm, long seed) {
    /// Rows of a step.
    public static final int ROWS = 8;

    /// Fixed rows whose loss decides which change is kept.
    public static final int DECIDING = 32;

    /// Steps between two looks at these rows.
    public static final int EVERY = 10;

    /// How often chance is asked at a radius.
    public static final int DRAWS = 3;

    /// 8 slots, radii 0.25, 0.5, 1 and 2, 100 steps, L2.
    public static final StressOptions USUAL = new StressOptions(8, List.of(0.25, 0.5, 1.0, 2.0), 100, Norm.L2, 0);

    /// What is bounded.
    public enum Norm {
        /// The L2 norm of each slot's change; steps go along the gradient.
        L2,
        /// The largest number of each slot's change, at a bound that is smaller by the root of how
        /// many there are, so that the L2 norm is within the same radius; steps go by the
        /// gradient's sign.
        LINF
    }

    /// Copies the radii.
    ///
    /// @throws LotaException if a number is out of its range
    public StressOptions {
        radii = List.copyOf(radii);
        if (slots < 1 || steps < 1 || radii.isEmpty()) {
            throw new LotaException("Stress needs at least 1 slot, 1 step and 1 radius.");
        }
        double last = 0;
        for (double radius : radii) {
            if (!(radius > last) || !Double.isFinite(radius)) {
                throw new LotaException("The radii must be over 0 and ascending, found " + radii + ".");
            }
            last = radius;
        }
    }

    /// Hears how far it has come.
    @FunctionalInterface
    public interface Listener {
        /// A step is done.
        ///
        /// @param done steps of all radii
        /// @param all steps of all radii
        /// @param loss of the step's rows, nats a token, mean over rows
        void at(long done, long all, double loss);
    }
}
