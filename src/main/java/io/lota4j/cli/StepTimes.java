package io.lota4j.cli;

import io.lota4j.internal.ProcessMemory;
import io.lota4j.internal.Text;
import io.lota4j.train.Phases;
import io.lota4j.train.Progress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.ToDoubleFunction;
import tools.jackson.databind.json.JsonMapper;

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

    String text() {
        double step = median(Phases::total);
        OptionalLong peak = ProcessMemory.peak();
        return Text.format(
                """
                step    median %.3f s (quartiles %.3f and %.3f) of %d after %d more, %d tokens a step on average
                speed   %.1f tokens/s, median of the steps
                phases  forward and backward %.3f s, weight gradients %.3f s, update %.3f s, medians
                memory  %s
                """,
                step,
                quantile(0.25, Phases::total),
                quantile(0.75, Phases::total),
                counted(),
                warm,
                tokens / counted(),
                speed(),
                median(Phases::model),
                median(Phases::gradients),
                median(Phases::update),
                peak.isEmpty() ? "peak unknown on this system" : Text.format("peak %.2f GiB resident", gib(peak)));
    }

    String json(String kernel, double density) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("what", "lota");
        row.put("kernel", kernel);
        row.put("density", density);
        row.put("steps", counted());
        row.put("tokens_a_step", tokens / counted());
        row.put("seconds", median(Phases::total));
        row.put("tokens_per_second", speed());
        row.put("forward_backward_seconds", median(Phases::model));
        row.put("weight_gradient_seconds", median(Phases::gradients));
        row.put("update_seconds", median(Phases::update));
        OptionalLong peak = ProcessMemory.peak();
        row.put("peak_rss_bytes", peak.isEmpty() ? null : peak.getAsLong());
        return JsonMapper.shared().writeValueAsString(row) + "\n";
    }

    private double speed() {
        return Quantile.median(speeds);
    }

    private double median(ToDoubleFunction<Phases> part) {
        return quantile(0.5, part);
    }

    private double quantile(double q, ToDoubleFunction<Phases> part) {
        return Quantile.of(q, phases.stream().map(part::applyAsDouble).toList());
    }

    private static double gib(OptionalLong bytes) {
        return bytes.getAsLong() / (double) (1 << 30);
    }
}
