package io.lota4j.internal;

/// How probable counts are.
public final class Binomial {
    private Binomial() {}

    /// The chance of at least `count` successes in `trials` independent ones of one chance each. Exact but for
    /// rounding; summed by logarithms, since powers of many trials are too small for a double.
    ///
    /// @param count at least 0; over `trials` nothing is probable
    /// @param trials at least 0
    /// @param chance in [0, 1]
    /// @return in [0, 1]
    public static double atLeast(int count, int trials, double chance) {
        if (count <= 0 || chance >= 1) {
            return count <= trials ? 1 : 0;
        }
        if (chance <= 0) {
            return 0;
        }
        double sum = 0;
        double logChoices = 0;
        for (int i = 0; i <= trials; i++) {
            if (i >= count) {
                sum += StrictMath.exp(
                        logChoices + i * StrictMath.log(chance) + (trials - i) * StrictMath.log1p(-chance));
            }
            logChoices += StrictMath.log((double) trials - i) - StrictMath.log(i + 1.0);
        }
        return Math.min(1, sum);
    }
}
