package io.lota4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lota4j.LotaException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// The rule for a learning rate, on known losses.
class RateSearchTest {
    private final List<Double> tried = new ArrayList<>();

    /// @param losses of the rates in their order
    private RateSearch search(double before, double... losses) {
        tried.clear();
        return RateSearch.run(6, before, rate -> {
            tried.add(rate);
            return losses[tried.size() - 1];
        });
    }

    /// The best fall is 1.0, to 1.0: 1.1 is enough.
    @Test
    void theSmallestRateWithNearlyTheBestFallIsTaken() {
        RateSearch found = search(2, 1.9, 1.8, 1.5, 1.2, 1.09, 1.0, 1.3);
        assertThat(found.rate()).isEqualTo(2e-4);
        assertThat(tried).containsExactly(1e-5, 2e-5, 5e-5, 1e-4, 2e-4, 5e-4, 1e-3);
        assertThat(found.allSteps()).isEqualTo(42);
        assertThat(found.text())
                .isEqualTo("learning rate 2e-4, the smallest with 90% of the best fall of the held-out loss after 6"
                        + " steps; 7 tests took 42 steps");
        assertThat(found.provenance())
                .containsEntry("lr_found", "2e-4")
                .containsEntry("lr_test_steps_in_all", "42")
                .containsEntry("lr_loss_before", "2.0");
        assertThat(found.provenance().get("lr_losses")).startsWith("1e-5=1.9, 2e-5=1.8, ");
    }

    /// As recorded of a hard task: what looks best lies behind rates at which training is not steady.
    @Test
    void theFirstRateThatIsNoBetterEndsTheSearch() {
        assertThat(search(6.68, 5.87, 5.5, 4.72, 4.33, 2.89, 4.29, 2.1, 1.26).rate())
                .isEqualTo(2e-4);
        assertThat(tried).hasSize(6);
        assertThat(search(2, 1.5, 1.5).rate()).isEqualTo(1e-5);
        RateSearch bold = search(2, 1.9, 1.8, 1.7, 1.6, 1.5, 1.4, 1.3, 1.2, 1.1);
        assertThat(bold.rate()).isEqualTo(5e-3);
        assertThat(bold.text())
                .endsWith("9 tests took 54 steps; this is the largest rate that is tried, and so many"
                        + " steps may be too few to find one: compare with smaller ones");
    }

    @Test
    void whatBreaksDownEndsTheSearch() {
        assertThat(search(2, 1.5, Double.POSITIVE_INFINITY, 0).rate()).isEqualTo(1e-5);
        assertThat(tried).hasSize(2);
    }

    @Test
    void aLossThatNeverFallsIsToldOf() {
        assertThatThrownBy(() -> search(2, 2.1, 2.0, 2.2))
                .isInstanceOf(LotaException.class)
                .hasMessage("No learning rate from 1e-5 to 5e-5 lowers the loss of the held-out rows, 2.0000, within"
                        + " 6 steps: the rows may be of another task than the data. Give a rate.");
    }

    @Test
    void aTestIsAQuarterOfTheRun() {
        assertThat(Map.of(1L, 1L, 3L, 3L, 8L, 4L, 24L, 6L, 25L, 7L, 1000L, 20L))
                .allSatisfy((run, steps) -> assertThat(RateSearch.stepsOf(run)).isEqualTo(steps));
        TrainConfig run = TrainConfig.of(24, 1)
                .schedule(Schedule.LINEAR)
                .warmupSteps(20)
                .batchSize(3)
                .seed(5)
                .build();
        assertThat(RateSearch.test(run, 1e-4))
                .isEqualTo(TrainConfig.of(6, 1e-4).batchSize(3).seed(5).build());
        assertThat(run.atRate(2).atRate(1)).isEqualTo(run);
    }

    @Test
    void ratesOfAnotherSizeAreNotSearchedFor() {
        TrainConfig sgd = TrainConfig.of(8, 1).optimizer(Optimizer.Sgd.DEFAULT).build();
        assertThatThrownBy(() -> RateSearch.requireFit(sgd)).hasMessageContaining("those of sgd are of another size");
    }
}
