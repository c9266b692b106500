package io.lota4j.guard;

import io.lota4j.LotaException;

/// Between which bounds a share lies, as far as so many rows can tell.
///
/// @param low in [0, 1]
/// @param high in [0, 1]
public record Interval(double low, double high) {
    /// The normal distribution's 97.5% point.
    private static final double Z = 1.959963984540054;

    /// Wilson's interval of 95% for `count` of `all` (Wilson 1927).
    ///
    /// @param all at least 1
    /// @throws LotaException if there are no rows, or more counted than there are
    public static Interval wilson(long count, long all) {
        if (all < 1 || count < 0 || count > all) {
            throw new LotaException(
                    "An interval needs a count of at least one row, found " + count + " of " + all + ".");
        }
        double share = (double) count / all;
        double scale = 1 + Z * Z / all;
        double centre = (share + Z * Z / (2.0 * all)) / scale;
        double half = Z / scale * Math.sqrt(share * (1 - share) / all + Z * Z / (4.0 * all * all));
        // At the ends rounding would leave the range, or come near to it.
        double low = count == 0 ? 0 : centre - half;
        double high = count == all ? 1 : centre + half;
        return new Interval(low, high);
    }
}
