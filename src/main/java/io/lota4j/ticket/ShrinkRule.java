package io.lota4j.ticket;

import io.lota4j.LotaException;
import io.lota4j.internal.Text;
import io.lota4j.ticket.Shrinkage.By;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/// How small a ticket may be made: `before + alpha x delta`, with `alpha = min(1, margin x alpha*)` and
/// `alpha*` the smallest part of the deltas with which validation rows of its task score as they do with
/// all of them. Weights between a start and what fine-tuning made of it are WiSE-FT's (arXiv 2109.01903);
/// the rule for alpha is this project's.
///
/// **The rule for alpha\*.** It is one of 1/20, 2/20, … 20/20, found by bisection. `low` = 0, which counts
/// as too little and is not tried; `high` = 20, the whole ticket, which is enough. While they are more than
/// one apart, the middle (low + high) / 2, rounded down, is scored: if it is enough it becomes `high`, else
/// `low`. The last `high` is alpha\* in twentieths. That takes five scorings at most beside those of the whole
/// ticket and of the start. Where a score does not rise with alpha, a smaller part may be enough as well: alpha\* is
/// what the bisection ends at.
///
/// **Enough**, where answers are generated: at least the whole ticket's share of right answers minus the
/// tolerance. Else by the loss: at most the whole ticket's plus the tolerance times what the whole ticket
/// gained, the start's loss minus its own, so that a tolerance of 0.01 keeps 99% of the gain; of a ticket
/// that gained nothing nothing need be kept. A billionth more or less does not count, since decimal
/// fractions are rounded.
///
/// **Where answers say nothing the loss decides too**: if the whole ticket's are not clearly better than the
/// start's and than a guess ([AnswerGain]), nearly any part of it would be enough by answers; and if its share
/// of right answers is no more than the tolerance, every part would. Both are of the validation rows, whole
/// ticket and start.
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
    /// @param right of each row whether its answer is right; empty where none were generated
    public record Score(double loss, List<Boolean> right) {
        /// Copies the list.
        public Score {
            right = List.copyOf(right);
        }

        /// Right answers, a share of the rows in [0, 1]; NaN where none were generated.
        public double share() {
            return right.isEmpty() ? Double.NaN : (double) count() / right.size();
        }

        private int count() {
            return Math.toIntExact(right.stream().filter(one -> one).count());
        }

        private AnswerGain over(Score start, double guess) {
            int gained = 0;
            int lost = 0;
            for (int row = 0; row < right.size(); row++) {
                gained += right.get(row) && !start.right.get(row) ? 1 : 0;
                lost += start.right.get(row) && !right.get(row) ? 1 : 0;
            }
            return new AnswerGain(right.size(), count(), gained, lost, guess);
        }
    }

    /// Scores the start with a part of the ticket on it.
    @FunctionalInterface
    public interface Scorer {
        /// @param alpha factor of the deltas, a multiple of 1/20 in [0, 1]; 0: the start
        /// @param answers whether answers are wanted; else the loss is enough
        Score score(double alpha, boolean answers);
    }

    /// Finds alpha.
    ///
    /// @param guess where the task's answers are generated, the share of the rows that the most frequent
    ///     reference answer has right; else empty
    public Shrinkage find(OptionalDouble guess, Scorer scorer) {
        Score whole = scorer.score(1, guess.isPresent());
        Score start = scorer.score(0, guess.isPresent());
        if (guess.isEmpty()) {
            return bisected(By.LOSS, whole, start, Optional.empty(), scorer);
        }
        AnswerGain gain = whole.over(start, guess.getAsDouble());
        By by = gain.isClear() && whole.share() > tolerance + SLACK ? By.RIGHT : By.LOSS;
        return bisected(by, whole, start, Optional.of(gain), scorer);
    }

    private Shrinkage bisected(By by, Score whole, Score start, Optional<AnswerGain> answers, Scorer scorer) {
        double all = by.of(whole);
        double before = by.of(start);
        double kept = all;
        int low = 0;
        int high = PARTS;
        while (high - low > 1) {
            int middle = (low + high) / 2;
            double found = by.of(scorer.score((double) middle / PARTS, by == By.RIGHT));
            if (isEnough(by, found, all, before)) {
                high = middle;
                kept = found;
            } else {
                low = middle;
            }
        }
        double smallest = (double) high / PARTS;
        return new Shrinkage(this, by, smallest, Math.min(1, margin * high / PARTS), all, kept, before, answers);
    }

    private boolean isEnough(By by, double found, double whole, double before) {
        return switch (by) {
            case RIGHT -> found >= whole - tolerance - SLACK;
            case LOSS -> found <= whole + tolerance * Math.max(0, before - whole) + SLACK;
        };
    }
}
