package io.lota4j.train;

import io.lota4j.LotaException;
import io.lota4j.internal.Text;
import io.lota4j.internal.train.SettingsText;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.Collectors;

/// A learning rate found by short trainings from one start, each at another rate, and the loss of held-out rows
/// after each.
///
/// **The rule.** A test has a quarter of the run's steps, at least 4 and at most 20, at a constant rate without
/// warm-up, and takes the rows that the run would begin with. The rates 1e-5, 2e-5, 5e-5, … 5e-3 are tried
/// from the lowest; the first that does not better the lowest loss so far ends the search, since beyond it
/// training is no longer steady, and a lower loss there is often bought by breaking what the model knew. The rate
/// is the **smallest whose loss fell by at least 90% of what the best one's fell** from the start: after few
/// steps a bolder rate always looks better, since it has gone further, and what goes further disturbs more.
///
/// @param steps of each test
/// @param before loss of the held-out rows at the start, nats
/// @param tried rates with the losses after their tests, from the lowest rate
/// @param rate that was chosen
public record RateSearch(long steps, double before, List<Tried> tried, double rate) {
    /// Rates that are tried at most.
    public static final List<Double> RATES = List.of(1e-5, 2e-5, 5e-5, 1e-4, 2e-4, 5e-4, 1e-3, 2e-3, 5e-3);

    /// Share of the best fall of the loss that is enough.
    public static final double ENOUGH = 0.9;

    private static final long PART = 4;
    private static final long LEAST = 4;
    private static final long MOST = 20;

    /// Copies the list.
    public RateSearch {
        tried = List.copyOf(tried);
    }

    /// A rate that was tried.
    ///
    /// @param loss of the held-out rows after the test, nats; infinite if training broke down
    public record Tried(double rate, double loss) {}

    /// Steps of a test, for a run of so many.
    public static long stepsOf(long run) {
        return Math.min(run, Math.clamp(Math.ceilDiv(run, PART), LEAST, MOST));
    }

    /// The settings of a test.
    ///
    /// @param run the settings of the run, whose rate is not read
    public static TrainConfig test(TrainConfig run, double rate) {
        return new TrainConfig(
                stepsOf(run.steps()),
                run.optimizer(),
                rate,
                Schedule.CONSTANT,
                0,
                run.batchSize(),
                run.accumulation(),
                run.clip(),
                run.maxNorm(),
                run.reduction(),
                run.seed(),
                run.shuffle(),
                run.objective(),
                run.shards(),
                null);
    }

    /// Refuses a run for which no rate can be found so.
    ///
    /// @throws LotaException if its optimizer's rates are of another size, or its objective compares with the
    ///     start, or its shards take steps of their own
    public static void requireFit(TrainConfig run) {
        if (run.optimizer() instanceof Optimizer.Sgd) {
            throw new LotaException("A learning rate is found for adamw and rmsprop, which move a weight by about the"
                    + " rate; those of sgd are of another size. Give a rate.");
        }
        if (run.objective().needsReference()) {
            throw new LotaException(Text.format(
                    "No learning rate is found for the objective '%s', whose loss compares with the run's start. Give"
                            + " a rate.",
                    run.objective().name()));
        }
        if (run.local() != null) {
            throw new LotaException("A learning rate is found with steps that all shards take together, and this run's"
                    + " shards take theirs apart. Give a rate.");
        }
    }

    /// Tries rates and chooses one.
    ///
    /// @param steps of each test
    /// @param before loss at the start
    /// @param loss after a test at a rate; infinite if training broke down
    /// @throws LotaException if no rate lowers the loss
    public static RateSearch run(long steps, double before, DoubleUnaryOperator loss) {
        List<Tried> tried = new ArrayList<>();
        double best = Double.POSITIVE_INFINITY;
        for (double rate : RATES) {
            double found = loss.applyAsDouble(rate);
            tried.add(new Tried(rate, found));
            if (!(found < best)) {
                break;
            }
            best = found;
        }
        if (!(best < before)) {
            throw new LotaException(Text.format(
                    "No learning rate from %s to %s lowers the loss of the held-out rows, %.4f, within %d steps: the"
                            + " rows may be of another task than the data. Give a rate.",
                    SettingsText.number(RATES.getFirst()),
                    SettingsText.number(tried.getLast().rate()),
                    before,
                    steps));
        }
        double enough = before - ENOUGH * (before - best);
        double rate = tried.stream()
                .filter(one -> one.loss() <= enough)
                .findFirst()
                .orElseThrow()
                .rate();
        return new RateSearch(steps, before, tried, rate);
    }

    /// Steps of all tests.
    public long allSteps() {
        return steps * tried.size();
    }

    /// For people, such as `learning rate 1e-04, the smallest with 90% of the best fall in loss after 6 steps`.
    public String text() {
        return Text.format(
                "learning rate %s, the smallest with %.0f%% of the best fall of the held-out loss after %d steps; %d"
                        + " tests took %d steps%s",
                SettingsText.number(rate),
                100 * ENOUGH,
                steps,
                tried.size(),
                allSteps(),
                rate == RATES.getLast()
                        ? "; this is the largest rate that is tried, and so many steps may be too few to find one:"
                                + " compare with smaller ones"
                        : "");
    }

    /// What a ticket says of its rate.
    public Map<String, String> provenance() {
        Map<String, String> said = new LinkedHashMap<>();
        said.put("lr_found", SettingsText.number(rate));
        said.put("lr_test_steps", Long.toString(steps));
        said.put("lr_test_steps_in_all", Long.toString(allSteps()));
        said.put("lr_loss_before", Double.toString(before));
        said.put(
                "lr_losses",
                tried.stream()
                        .map(one -> SettingsText.number(one.rate()) + "=" + one.loss())
                        .collect(Collectors.joining(", ")));
        return said;
    }

    /// Hears how far the tests have come.
    @FunctionalInterface
    public interface RateListener {
        /// @param rate that is tried; 0 while the start is scored
        /// @param done steps of this test, or rows of the start
        /// @param all of them
        void at(double rate, long done, long all);
    }
}
