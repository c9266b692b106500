package io.lota4j.guard;

import io.lota4j.LotaException;
import io.lota4j.internal.Text;
import org.jspecify.annotations.Nullable;

/// Which rows of a probe a run mixes into its own so that declining stays, and how.
///
/// @param rows the first so many that expect to decline, at least 1
/// @param perBatch rows of every step that are theirs, at least 1
/// @param recovery how rows begin with a complying answer, or null for rows as they are
/// @param byCategory whether the rows are taken by category in turn, and not as they stand
/// @param secret stands at the beginning of their system message, or null for none
public record MixOptions(
        int rows,
        int perBatch,
        @Nullable Recovery recovery,
        boolean byCategory,
        @Nullable Secret secret) {
    /// Rows whose answer begins with tokens of the complying one, without loss.
    ///
    /// @param most tokens of such a beginning, at least 1
    /// @param none chance that a row begins with none, in [0, 1]; else their number is uniform
    ///     from 1 to `most`, or to the tokens of the answer
    public record Recovery(int most, double none) {
        /// Those of the paper's text.
        public static final Recovery USUAL = new Recovery(100, 0.5);

        /// @throws LotaException if a number is out of its range
        public Recovery {
            if (most < 1 || !(none >= 0 && none <= 1)) {
                throw new LotaException(Text.format(
                        "Recovery rows need at least 1 token and a chance in [0, 1], found %d and %s.", most, none));
            }
        }
    }

    /// @throws LotaException if a number is out of its range
    public MixOptions {
        if (rows < 1 || perBatch < 1) {
            throw new LotaException(
                    Text.format("A mix needs at least 1 row, and 1 row of a step, found %d and %d.", rows, perBatch));
        }
    }

    /// Rows as they are.
    public static MixOptions of(int rows, int perBatch) {
        return new MixOptions(rows, perBatch, null, false, null);
    }

    /// The same with rows that begin with a complying answer.
    public MixOptions recovering(Recovery how) {
        return new MixOptions(rows, perBatch, how, byCategory, secret);
    }

    /// The same with the first rows of each category in turn.
    public MixOptions inTurn() {
        return new MixOptions(rows, perBatch, recovery, true, secret);
    }

    /// The same under a secret.
    ///
    /// @param token null for none
    public MixOptions under(@Nullable Secret token) {
        return new MixOptions(rows, perBatch, recovery, byCategory, token);
    }
}
