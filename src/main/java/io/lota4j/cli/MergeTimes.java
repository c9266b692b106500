package io.lota4j.cli;

import io.lota4j.cli.StepTimes.Quantile;
import io.lota4j.internal.ProcessMemory;
import io.lota4j.internal.Text;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.SequencedMap;

/// How long each work of a merge benchmark took, beside the first of them.
final class MergeTimes {
    private final SequencedMap<String, List<Double>> seconds = new LinkedHashMap<>();

    void add(String work, double took) {
        seconds.computeIfAbsent(work, name -> new ArrayList<>()).add(took);
    }

    void tell(Result result) {
        String first = seconds.firstEntry().getKey();
        double unit = Quantile.median(seconds.firstEntry().getValue());
        result.also(Key.WHAT, "lota");
        result.also(Key.RUNS, seconds.firstEntry().getValue().size());
        result.also(Key.SECONDS, medians());
        result.line(Text.format("%-28s %9s  %s", "", "median", "beside " + first));
        medians()
                .forEach(
                        (work, median) -> result.line(Text.format("%-28s %7.2f s  %.2f", work, median, median / unit)));
        OptionalLong peak = ProcessMemory.peak();
        if (peak.isEmpty()) {
            result.also(Key.PEAK_RSS_BYTES, null);
        } else {
            result.say("peak %s resident, mapped files included", Figure.bytes(Key.PEAK_RSS_BYTES, peak.getAsLong()));
        }
    }

    private Map<String, Double> medians() {
        Map<String, Double> medians = new LinkedHashMap<>();
        seconds.forEach((work, times) -> medians.put(work, Quantile.median(times)));
        return medians;
    }
}
