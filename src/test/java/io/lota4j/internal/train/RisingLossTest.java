package io.lota4j.internal.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RisingLossTest {
    @Test
    void aLossTenTimesTheLowestIsToldOnce() {
        assertThat(told(List.of(), 3, 0.5, 2, 4.9, 5, 50, 500))
                .containsExactly("Step 5: the loss is 5.000, over ten times the 0.5000 of step 2. The run may be going"
                        + " astray: a lower learning rate, a longer warm-up or a tighter clip would hold it.");
    }

    /// Losses near zero differ by more than tenfold from batch to batch.
    @Test
    void aLossUnderTheFirstIsNone() {
        assertThat(told(List.of(), 3, 0.001, 2.9)).isEmpty();
    }

    @Test
    void batchesWithoutLabelsDoNotCount() {
        assertThat(told(List.of(), 0, 3, 0, 4)).isEmpty();
    }

    @Test
    void aResumedRunKnowsItsLosses() {
        assertThat(told(List.of(3.0, 0.2), 4)).singleElement().asString().startsWith("Step 3: the loss is 4.000");
        assertThat(told(List.of(3.0, 40.0), 50)).as("told before the stop").isEmpty();
    }

    private static List<String> told(List<Double> before, double... losses) {
        RisingLoss rising = new RisingLoss(before);
        List<String> told = new ArrayList<>();
        for (int i = 0; i < losses.length; i++) {
            rising.after(before.size() + i + 1L, losses[i]).ifPresent(told::add);
        }
        return told;
    }
}
