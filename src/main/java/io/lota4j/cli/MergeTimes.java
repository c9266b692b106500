package io.lota4j.cli;

import io.lota4j.internal.ProcessMemory;
import io.lota4j.internal.Text;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.SequencedMap;
import tools.jackson.databind.json.JsonMapper;

/// How long each work of a merge benchmark took, beside the first of them.
final class MergeTimes {
    private final SequencedMap<String, List<Double>> seconds = new LinkedHashMap<>();

    void add(String work, double took) {
        seconds.computeIfAbsent(work, name -> new ArrayList<>()).add(took);
    }

    String text() {
        String first = seconds.firstEntry().getKey();
        double unit = Quantile.median(seconds.firstEntry().getValue());
        StringBuilder text = new StringBuilder(Text.format("%-28s %9s  %s\n", "", "median", "beside " + first));
        medians()
                .forEach((work, median) ->
                        text.append(Text.format("%-28s %7.2f s  %.2f\n", work, median, median / unit)));
        OptionalLong peak = ProcessMemory.peak();
        return text.append(peak.isEmpty() ? "" : Text.format("peak %s resident, mapped files included\n", bytes(peak)))
                .toString();
    }

    String json() {
        OptionalLong peak = ProcessMemory.peak();
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("what", "lota");
        row.put("runs", seconds.firstEntry().getValue().size());
        row.put("seconds", medians());
        row.put("peak_rss_bytes", peak.isEmpty() ? null : peak.getAsLong());
        return JsonMapper.shared().writeValueAsString(row) + "\n";
    }

    private Map<String, Double> medians() {
        Map<String, Double> medians = new LinkedHashMap<>();
        seconds.forEach((work, times) -> medians.put(work, Quantile.median(times)));
        return medians;
    }

    private static String bytes(OptionalLong bytes) {
        return Words.bytes(bytes.getAsLong());
    }
}
