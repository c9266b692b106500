package io.lota4j.ticket;

import io.lota4j.LotaException;
import io.lota4j.internal.Text;
import java.util.OptionalDouble;

/// How small a ticket may be made: `before + alpha x delta`, with `alpha = min(1, margin x alpha*)` and
/// `alpha*` the smallest part of the deltas with which validation rows of its task score as they do with
/// all of them. Weights between a start and what fine-tuning made of it are WiSE-FT's (arXiv 2109.01903);
/// the rule for alpha is this project's.
///
/// **The rule for alpha\*.** It is one of 1/20, 2/20, … 20/20, found by bisection. `low` = 0, which counts
/// as too little and is not tried; `high` = 20, the whole ticket, which is enough. While they are more than
/// one apart, the middle (low + high) / 2, rounded down, is scored: if it is enough it becomes `high`, else
/// `low`. The last `high` is alpha\* in twentieths. That takes five scorings at most beside the one of the
/// whole ticket. Where a score does not rise with alpha, a smaller part may be enough as well: alpha\* is
/// what the bisection ends at.
///
/// **Enough**, where answers are generated: at least the whole ticket's share of right answers minus the
/// tolerance. Else by the loss: at most the whole ticket's plus the tolerance times what the whole ticket
/// gained, the start's loss minus its own, so that a tolerance of 0.01 keeps 99% of the gain; of a ticket
/// that gained nothing nothing need be kept. A billionth more or less does not count, since decimal
/// fractions are rounded.
///
/// A share of right answers that is no more than the tolerance says nothing: any part of the ticket would
/// be enough. The loss decides then too.
///
/// @param tolerance share of the rows that may be answered wrong in addition, or share of the gain in loss
///     that may be lost, in \[0, 1)
/// @param margin over what is needed, at least 1: with 1 a task is left at its edge, over which a later one
///     pushes it
public record ShrinkRule(double tolerance, double margin) {
    /// One point, and half as much again as is needed.
    public static final ShrinkRule USUAL = new ShrinkRule(0.01, 1.5);

    /// What alpha* is a multiple of is one part in so many.
    public static final int PARTS = 20;

    private static final double SLACK = 1e-9;

    /// @throws LotaException if a number is out of its range
    public ShrinkRule {
        if (!(tolerance >= 0 && tolerance < 1)) {
            throw new LotaException(Text.format("The tolerance must be at least 0 and under 1, found %s.", tolerance));
        }
        if (!(margin >= 1 && margin <= Double.MAX_VALUE)) {
            throw new LotaException(Text.format("The margin must be a finite number of at least 1, found %s.", margin));
        }
    }

    /// How a model did on the validation rows.
    ///
    /// @param loss per response token, nats
    /// @param right share of right answers, in [0, 1]; empty where none were generated
    public record Score(double loss, OptionalDouble right) {}

    /// Scores the start with a part of the ticket on it.
    @FunctionalInterface
    public interface Scorer {
        /// @param alpha factor of the deltas, a multiple of 1/20 in [0, 1]; 0: the start
        /// @param answers whether answers are wanted; else the loss is enough
        Score score(double alpha, boolean answers);
    }

    /// Finds alpha.
    ///
    /// @param answers whether the task's answers are generated
    public Shrinkage find(boolean answers, Scorer scorer) {
        Score whole = scorer.score(1, answers);
        if (whole.right().isPresent() && whole.right().getAsDouble() > tolerance + SLACK) {
            return bisected(Shrinkage.By.RIGHT, whole.right().getAsDouble(), OptionalDouble.empty(), scorer);
        }
        double before = scorer.score(0, false).loss();
        return bisected(Shrinkage.By.LOSS, whole.loss(), OptionalDouble.of(before), scorer);
    }

    private Shrinkage bisected(Shrinkage.By by, double whole, OptionalDouble before, Scorer scorer) {
        double kept = whole;
        int low = 0;
        int high = PARTS;
        while (high - low > 1) {
            int middle = (low + high) / 2;
            double found = by.of(scorer.score((double) middle / PARTS, by == Shrinkage.By.RIGHT));
            if (isEnough(by, found, whole, before)) {
                high = middle;
                kept = found;
            } else {
                low = middle;
            }
        }
        double smallest = (double) high / PARTS;
        return new Shrinkage(this, by, smallest, Math.min(1, margin * high / PARTS), whole, kept, before);
    }

    private boolean isEnough(Shrinkage.By by, double found, double whole, OptionalDouble before) {
        return switch (by) {
            case RIGHT -> found >= whole - tolerance - SLACK;
            case LOSS -> found <= whole + tolerance * Math.max(0, before.orElse(whole) - whole) + SLACK;
        };
    }
}
