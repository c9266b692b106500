package io.lota4j.guard;

import io.lota4j.LotaException;
import io.lota4j.internal.Text;
import java.util.List;

/// How a detector of inputs that trigger a hidden behaviour is made.
///
/// @param lr learning rates of the expert, over 0, ascending: the first that reaches `stop` counts
/// @param stop share of right answers on held-out clean rows at or under which the expert's
///     training ends, in [0, 1)
/// @param rate false alarms that are accepted on clean rows that the suspect answers right, in
///     (0, 1)
/// @param auxiliary what the auxiliary model is made of
/// @param generate most new tokens of an answer, at least 1
/// @param batchSize rows of a step, at least 1
/// @param seed of the order of rows and of what is drawn
public record DetectorOptions(
        List<Double> lr, double stop, double rate, Auxiliary auxiliary, int generate, int batchSize, long seed) {
    /// Rows whose right answers say when the expert has forgotten enough, at most.
    public static final int HELD_OUT = 64;

    /// Steps between two looks at them.
    public static final int EVERY = 5;

    /// Rates 1e-4, 3e-4 and 1e-3, stopped at 20% right, 1% false alarms, an auxiliary model of the
    /// suspect, 32 new tokens, 8 rows a step.
    public static final DetectorOptions USUAL =
            new DetectorOptions(List.of(1e-4, 3e-4, 1e-3), 0.2, 0.01, Auxiliary.TUNED, 32, 8, 0);

    /// What the auxiliary model is made of by the clean rows' right answers.
    public enum Auxiliary {
        /// The suspect.
        TUNED,
        /// The base, where it is trusted.
        BASE
    }

    /// Hears how far it has come.
    @FunctionalInterface
    public interface Listener {
        /// A part of the work goes on.
        ///
        /// @param what such as `answers`
        void at(String what, long done, long all);
    }

    /// Copies the rates.
    ///
    /// @throws LotaException if a number is out of its range
    public DetectorOptions {
        lr = List.copyOf(lr);
        double last = 0;
        for (double one : lr) {
            if (!(one > last) || !Double.isFinite(one)) {
                throw new LotaException("The learning rates must be over 0 and ascending, found " + lr + ".");
            }
            last = one;
        }
        if (lr.isEmpty() || !(stop >= 0 && stop < 1) || !(rate > 0 && rate < 1) || generate < 1 || batchSize < 1) {
            throw new LotaException(Text.format(
                    "A detector needs a learning rate, a stop in [0, 1), a rate of false alarms in (0, 1), answers of"
                            + " at least 1 token and at least 1 row a step; found %s, %s, %s, %d and %d.",
                    lr, stop, rate, generate, batchSize));
        }
    }

    /// How many calibration rows, answered right, the rate needs at least: with fewer not even the
    /// most suspicious input could be an alert.
    public int least() {
        return (int) Math.ceil(1 / rate - 1e-9) - 1;
    }
}
