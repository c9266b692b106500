package io.lota4j.mask;

import io.lota4j.LotaException;
import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.Text;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Map;
import java.util.stream.LongStream;

/// The frozen share of a pool, a fraction in [0, 1], and the exact number of weights that it leaves trainable.
public final class Sparsity {
    private Sparsity() {}

    /// A sparsity that a user gave.
    ///
    /// @param flag how the user calls it, such as `--sparsity`
    /// @return the value
    /// @throws LotaException when it is not within [0, 1]; for a percentage, with the fraction that was meant
    public static double check(double value, String flag) {
        if (value >= 0 && value <= 1) {
            return value;
        }
        String hint = value > 1 && value <= 100
                ? Text.format(
                        " Did you mean %s?", text(BigDecimal.valueOf(value).movePointLeft(2)))
                : "";
        throw new LotaException(Text.format(
                "%s must be a fraction from 0 (all trainable) to 1 (all frozen), but is %s.%s",
                flag, Double.isFinite(value) ? text(BigDecimal.valueOf(value)) : value, hint));
    }

    /// The frozen share that leaves a share trainable, subtracted in decimal: 1 - 0.7 is 0.3.
    ///
    /// @param share within [0, 1]
    public static double leaving(double share) {
        return BigDecimal.ONE.subtract(BigDecimal.valueOf(share)).doubleValue();
    }

    /// How many of some weights stay trainable: the floor of (1 - sparsity) * weights, computed in decimal.
    ///
    /// The double nearest to 0.9 is a little over it, so binary arithmetic would find 10616831 of 106168320;
    /// the decimal that the user wrote gives 10616832.
    ///
    /// @param weights not negative
    /// @param sparsity within [0, 1]
    public static long trainable(long weights, double sparsity) {
        return BigDecimal.ONE
                .subtract(BigDecimal.valueOf(sparsity))
                .multiply(BigDecimal.valueOf(weights))
                .setScale(0, RoundingMode.FLOOR)
                .longValueExact();
    }

    /// Refuses a sparsity that leaves no weight of a pool trainable.
    ///
    /// @param pool shapes by tensor name
    /// @throws LotaException with the largest sparsity that leaves one
    public static void requireSome(Map<String, Shape> pool, double sparsity, Scope scope) {
        LongStream groups = scope == Scope.GLOBAL
                ? LongStream.of(pool.values().stream().mapToLong(Shape::numel).reduce(0, Math::addExact))
                : pool.values().stream().mapToLong(scope::groupLength);
        long largest = groups.max().orElse(0);
        if (largest == 0 || trainable(largest, sparsity) > 0) {
            return;
        }
        String where = scope == Scope.GLOBAL ? "pool" : "largest " + scope;
        throw new LotaException(Text.format(
                "A sparsity of %s leaves none of the %,d weights of the %s trainable, and a mask without weights"
                        + " trains nothing. Ask for at most %s.",
                sparsity, largest, where, mostFor(largest)));
    }

    /// The largest sparsity of few digits that leaves a weight trainable.
    private static String mostFor(long weights) {
        for (int digits = 1; ; digits++) {
            BigDecimal trained = BigDecimal.ONE.divide(BigDecimal.valueOf(weights), digits, RoundingMode.CEILING);
            // Two significant digits of density: 0.9 would be a poor advice where 0.98 leaves one too.
            if (trained.unscaledValue().intValue() >= 10 || trained.compareTo(BigDecimal.ONE) >= 0) {
                return text(BigDecimal.ONE.subtract(trained));
            }
        }
    }

    /// The least sparsity of few digits that leaves at most so many weights trainable.
    public static String leastFor(long trainable, long weights) {
        for (int digits = 2; ; digits++) {
            BigDecimal frozen = BigDecimal.ONE.subtract(
                    BigDecimal.valueOf(trainable).divide(BigDecimal.valueOf(weights), digits, RoundingMode.FLOOR));
            // Two significant digits of density: 0.9 would be a poor advice where 0.87 is enough.
            if (trainable == 0
                    || BigDecimal.ONE.subtract(frozen).unscaledValue().intValue() >= 10) {
                return text(frozen);
            }
        }
    }

    private static String text(BigDecimal value) {
        return value.signum() == 0 ? "0" : value.stripTrailingZeros().toPlainString();
    }
}
