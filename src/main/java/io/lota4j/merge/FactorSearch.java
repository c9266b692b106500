package io.lota4j.merge;

import io.lota4j.internal.Text;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/// What number all changes of a merge are multiplied by, chosen by scores on validation rows of the merged
/// tasks. It is the plain search that fitted coefficients have to be compared with.
///
/// **The rule.** Tried are 0.2, 0.4, … 2.0, then the two tenths beside the best of them that are neither under
/// 0.1 nor over 2: eleven or twelve factors. The better of two has, in this order, the larger mean over tasks
/// of right answers where all tasks' answers are generated, the lower mean over tasks of the loss, the smaller
/// distance from 1, the smaller factor.
///
/// @param tried factors with their scores, in the order in which they were tried
/// @param best the one that was chosen
public record FactorSearch(List<Tried> tried, Tried best) {
    private static final int FIRST = 2;
    private static final int STEP = 2;
    private static final int LAST = 20;
    private static final double TENTHS = 10;
    /// The most factors that are tried.
    public static final int MOST = LAST / STEP + 2;

    private static final Comparator<Tried> BEST = Comparator.<Tried>comparingDouble(
                    one -> -one.score().rounded())
            .thenComparingDouble(one -> one.score().loss())
            .thenComparingLong(one -> Math.abs(Math.round(TENTHS * one.factor()) - Math.round(TENTHS)))
            .thenComparingDouble(Tried::factor);

    /// Copies the list.
    public FactorSearch {
        tried = List.copyOf(tried);
    }

    /// How a merge did.
    ///
    /// @param right mean over tasks of the share of right answers, in [0, 1]; empty where not all tasks'
    ///     answers are generated
    /// @param loss mean over tasks of the loss, nats per response token
    public record Score(OptionalDouble right, double loss) {
        /// Sums of shares in another order differ in their last bits, which shall not decide.
        private double rounded() {
            return right.isPresent() ? Math.rint(right.getAsDouble() * 1e9) / 1e9 : 0;
        }

        private String text() {
            return right.isPresent()
                    ? Text.format("right answers %.2f%%, loss %.4f", 100 * right.getAsDouble(), loss)
                    : Text.format("loss %.4f", loss);
        }
    }

    /// A factor with its score.
    ///
    /// @param factor a multiple of a tenth
    public record Tried(double factor, Score score) {}

    /// Scores the merge with all its changes times a factor.
    @FunctionalInterface
    public interface Scorer {
        /// @param factor a multiple of a tenth in [0.1, 2]
        Score score(double factor);
    }

    /// Tries factors and chooses one.
    public static FactorSearch run(Scorer scorer) {
        List<Tried> tried = new ArrayList<>();
        for (int tenths = FIRST; tenths <= LAST; tenths += STEP) {
            tried.add(tried(tenths, scorer));
        }
        long middle = Math.round(TENTHS * best(tried).factor());
        for (long beside = middle - 1; beside <= middle + 1; beside += 2) {
            if (beside <= LAST) {
                tried.add(tried(beside, scorer));
            }
        }
        return new FactorSearch(tried, best(tried));
    }

    private static Tried tried(long tenths, Scorer scorer) {
        double factor = tenths / TENTHS;
        return new Tried(factor, scorer.score(factor));
    }

    private static Tried best(List<Tried> tried) {
        return tried.stream().min(BEST).orElseThrow();
    }

    /// The factor.
    public double factor() {
        return best.factor();
    }

    /// Whether the best factor is the smallest or largest that is tried, so that a better one may lie beyond.
    public boolean isAtTheEnd() {
        return factor() <= 1 / TENTHS || factor() >= LAST / TENTHS;
    }

    /// For people, such as `factor 0.7: right answers 81.25%, loss 0.4321; with 1.0 right answers 76.56%, loss
    /// 0.5012`.
    public String text() {
        String one = tried.stream()
                .filter(other -> other.factor() == 1)
                .findFirst()
                .map(other -> Text.format("; with 1.0 %s", other.score().text()))
                .orElse("");
        return Text.format("factor %s: %s%s", factor(), best.score().text(), factor() == 1 ? "" : one);
    }

    /// What a merged ticket says of its factor.
    public Map<String, String> provenance() {
        Map<String, String> said = new LinkedHashMap<>();
        said.put("merge.factor", Double.toString(factor()));
        said.put("merge.factor_by", best.score().right().isPresent() ? "right answers" : "loss");
        List<String> table = tried.stream()
                .sorted(Comparator.comparingDouble(Tried::factor))
                .map(one -> one.score().right().isPresent()
                        ? Text.format(
                                "%s=%s/%s",
                                one.factor(),
                                one.score().right().getAsDouble(),
                                one.score().loss())
                        : Text.format("%s=%s", one.factor(), one.score().loss()))
                .toList();
        said.put("merge.factor_scores", String.join(", ", table));
        return said;
    }
}
