package io.lota4j.cli;

import io.lota4j.internal.ProcessMemory;
import io.lota4j.internal.Text;
import io.lota4j.train.Progress;
import io.lota4j.train.Progress.Phases;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.ToDoubleFunction;

/// The times of a run's steps, without the first ones, which also load classes, compile and fill caches.
final class StepTimes {
    private final int warm;
    private final List<Phases> phases = new ArrayList<>();
    private final List<Double> speeds = new ArrayList<>();
    private long seen;
    private long tokensBefore;
    private long tokens;

    StepTimes(int warm) {
        this.warm = warm;
    }

    void add(Progress p) {
        long own = p.tokens() - tokensBefore;
        tokensBefore = p.tokens();
        seen++;
        if (seen > warm) {
            phases.add(p.phases());
            speeds.add(own / p.phases().total());
            tokens += own;
        }
    }

    int counted() {
        return phases.size();
    }

    /// @param kernel what computed
    /// @param density share of the pool that was trained
    void tell(Result result, String kernel, double density) {
        result.also(Key.WHAT, "lota");
        result.also(Key.KERNEL, kernel);
        result.also(Key.DENSITY, density);
        result.say(
                "step    median %s s (quartiles %s and %s) of %s after %s more, %s tokens a step on average",
                seconds(Key.SECONDS, 0.5, Phases::total),
                seconds(Key.LOWER_QUARTILE_SECONDS, 0.25, Phases::total),
                seconds(Key.UPPER_QUARTILE_SECONDS, 0.75, Phases::total),
                Figure.of(Key.STEPS, counted()),
                Figure.of(Key.WARM_STEPS, warm),
                Figure.of(Key.TOKENS_A_STEP, tokens / counted()));
        result.say(
                "speed   %s tokens/s, median of the steps",
                Figure.real(Key.TOKENS_PER_SECOND, Quantile.median(speeds), 1));
        result.say(
                "phases  forward and backward %s s, weight gradients %s s, update %s s, medians",
                seconds(Key.FORWARD_BACKWARD_SECONDS, 0.5, Phases::model),
                seconds(Key.WEIGHT_GRADIENT_SECONDS, 0.5, Phases::gradients),
                seconds(Key.UPDATE_SECONDS, 0.5, Phases::update));
        OptionalLong peak = ProcessMemory.peak();
        result.say(
                "memory  %s",
                peak.isEmpty()
                        ? new Figure(Key.PEAK_RSS_BYTES, null, "peak unknown on this system")
                        : new Figure(
                                Key.PEAK_RSS_BYTES,
                                peak.getAsLong(),
                                Text.format("peak %.2f GiB resident", peak.getAsLong() / (double) (1 << 30))));
    }

    private Figure seconds(Key key, double q, ToDoubleFunction<Phases> part) {
        return Figure.real(
                key, Quantile.of(q, phases.stream().map(part::applyAsDouble).toList()), 3);
    }

    /// Quantiles of measurements.
    static final class Quantile {
        private Quantile() {}

        static double median(List<Double> values) {
            return of(0.5, values);
        }

        /// Between the two nearest values, linearly.
        ///
        /// @param q from 0 to 1
        /// @param values at least one
        static double of(double q, List<Double> values) {
            List<Double> sorted = values.stream().sorted().toList();
            double place = q * (sorted.size() - 1);
            int below = (int) place;
            int above = Math.min(below + 1, sorted.size() - 1);
            return sorted.get(below) + (place - below) * (sorted.get(above) - sorted.get(below));
        }
    }
}
