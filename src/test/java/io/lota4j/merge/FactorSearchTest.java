package io.lota4j.merge;

import static org.assertj.core.api.Assertions.assertThat;

import io.lota4j.merge.FactorSearch.Score;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;

/// The rule for the factor of a merge, on known scores.
class FactorSearchTest {
    private final List<Double> scored = new ArrayList<>();

    private FactorSearch byLoss(DoubleUnaryOperator loss) {
        return FactorSearch.run(factor -> {
            scored.add(factor);
            return new Score(OptionalDouble.empty(), loss.applyAsDouble(factor));
        });
    }

    private FactorSearch byAnswers(DoubleUnaryOperator right, DoubleUnaryOperator loss) {
        return FactorSearch.run(
                factor -> new Score(OptionalDouble.of(right.applyAsDouble(factor)), loss.applyAsDouble(factor)));
    }

    /// Fifths first, then the tenths beside the best of them.
    @Test
    void theLowestLossIsFoundToATenth() {
        FactorSearch found = byLoss(factor -> (factor - 0.72) * (factor - 0.72));
        assertThat(scored).containsExactly(0.2, 0.4, 0.6, 0.8, 1.0, 1.2, 1.4, 1.6, 1.8, 2.0, 0.7, 0.9);
        assertThat(found.factor()).isEqualTo(0.7);
        assertThat(found.tried()).hasSize(FactorSearch.MOST);
        assertThat(found.isAtTheEnd()).isFalse();
        assertThat(found.text()).isEqualTo("factor 0.7: loss 0.0004; with 1.0 loss 0.0784");
        assertThat(found.provenance()).containsEntry("merge.factor", "0.7").containsEntry("merge.factor_by", "loss");
        assertThat(found.provenance().get("merge.factor_scores"))
                .startsWith("0.2=")
                .contains(", 0.7=", ", 0.8=");
    }

    @Test
    void theEndsAreNotLeftAndSaid() {
        assertThat(byLoss(factor -> factor).factor()).isEqualTo(0.1);
        assertThat(scored).endsWith(0.1, 0.3);
        assertThat(byLoss(factor -> factor).isAtTheEnd()).isTrue();
        scored.clear();
        assertThat(byLoss(factor -> -factor).factor()).isEqualTo(2);
        assertThat(scored).hasSize(11).endsWith(1.9);
    }

    /// More right answers before a lower loss.
    @Test
    void rightAnswersComeFirstAndTheLossDecidesWhereTheyAreEqual() {
        FactorSearch found = byAnswers(factor -> factor > 0.5 && factor < 1.5 ? 0.75 : 0.5, factor -> factor);
        assertThat(found.factor()).isEqualTo(0.6);
        assertThat(found.text())
                .isEqualTo("factor 0.6: right answers 75.00%, loss 0.6000; with 1.0 right answers 75.00%, loss 1.0000");
        assertThat(found.provenance()).containsEntry("merge.factor_by", "right answers");
    }

    /// Nearer to 1, then smaller.
    @Test
    void equalScoresGoToTheFactorNearestToOne() {
        assertThat(byLoss(factor -> 3).factor()).isEqualTo(1);
        assertThat(byLoss(factor -> factor == 1 ? 4 : 3).factor()).isEqualTo(0.9);
        assertThat(byLoss(factor -> factor == 1.2 ? 1 : factor == 1.1 || factor == 1.3 ? 1 : 3)
                        .factor())
                .isEqualTo(1.1);
    }

    /// Two of three and one of three, summed in another order, differ in the last bit.
    @Test
    void theLastBitOfAMeanDoesNotDecide() {
        assertThat(byAnswers(factor -> factor == 2 ? Math.nextUp(0.5) : 0.5, factor -> factor)
                        .factor())
                .isEqualTo(0.1);
    }
}
