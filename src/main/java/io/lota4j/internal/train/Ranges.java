package io.lota4j.internal.train;

import io.lota4j.LotaException;
import io.lota4j.internal.Text;
import java.util.ArrayList;
import java.util.List;

/// Holds settings against their ranges. What is wrong is collected and told at once.
public final class Ranges {
    private final List<String> problems = new ArrayList<>();

    /// @return this
    public Ranges atLeast(long least, long found, String what) {
        return require(found >= least, what, "at least " + least, found);
    }

    /// A finite number over 0.
    ///
    /// @return this
    public Ranges positive(double found, String what) {
        return require(found > 0 && Double.isFinite(found), what, "over 0", found);
    }

    /// A finite number of at least 0.
    ///
    /// @return this
    public Ranges notNegative(double found, String what) {
        return require(found >= 0 && Double.isFinite(found), what, "at least 0", found);
    }

    /// A factor of what is kept from step to step, in [0, 1).
    ///
    /// @return this
    public Ranges kept(double found, String what) {
        return require(found >= 0 && found < 1, what, "at least 0 and under 1", found);
    }

    /// A number that keeps a divisor from being zero: over 0, also as F32, in which it is added.
    ///
    /// @return this
    public Ranges epsilon(double found) {
        String range = "over 0 and finite, also as a 32-bit number (1.4E-45 to 3.4E38)";
        return require((float) found > 0 && Float.isFinite((float) found), "epsilon", range, found);
    }

    private Ranges require(boolean fits, String what, String range, Object found) {
        return fits ? this : problem(Text.format("The %s must be %s, found %s.", what, range, found));
    }

    /// Adds something else that is wrong, a sentence.
    ///
    /// @return this
    public Ranges problem(String sentence) {
        problems.add(sentence);
        return this;
    }

    /// Adds what is wrong with something that cannot be made.
    ///
    /// @return this
    public Ranges problems(LotaException refusal) {
        problems.addAll(String.valueOf(refusal.getMessage()).lines().toList());
        return this;
    }

    /// @throws LotaException with everything that is wrong, a line each
    public void requireNone() {
        if (!problems.isEmpty()) {
            throw new LotaException(String.join("\n", problems));
        }
    }
}
