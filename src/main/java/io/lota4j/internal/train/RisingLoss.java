package io.lota4j.internal.train;

import io.lota4j.internal.Text;
import java.util.List;
import java.util.Optional;

/// Notices a loss that runs away: over that of the first step, and ten times the lowest so far. Single batches differ,
/// by less than that.
final class RisingLoss {
    private static final double FACTOR = 10;

    private double first = Double.NaN;
    private double lowest = Double.POSITIVE_INFINITY;
    private long lowestStep;
    private boolean told;

    /// @param before losses of the steps before a resumed run
    RisingLoss(List<Double> before) {
        for (int i = 0; i < before.size(); i++) {
            after(i + 1L, before.get(i));
        }
    }

    /// Takes in the loss of a step.
    ///
    /// @param step 1, 2, …
    /// @return a sentence, once a run
    Optional<String> after(long step, double loss) {
        if (loss == 0) {
            // A batch without labels says nothing.
            return Optional.empty();
        }
        if (Double.isNaN(first)) {
            first = loss;
        }
        boolean rises = !told && loss > first && loss >= FACTOR * lowest;
        if (rises) {
            told = true;
            return Optional.of(Text.format(
                    "Step %d: the loss is %.4g, over ten times the %.4g of step %d. The run may be going astray: a"
                            + " lower learning rate, a longer warm-up or a tighter clip would hold it.",
                    step, loss, lowest, lowestStep));
        }
        if (loss < lowest) {
            lowest = loss;
            lowestStep = step;
        }
        return Optional.empty();
    }
}
