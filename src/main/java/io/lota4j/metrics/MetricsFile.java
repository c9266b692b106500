package io.lota4j.metrics;

import io.lota4j.LotaException;
import io.lota4j.internal.Suggestions;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.StrictJson;
import io.lota4j.internal.metrics.JsonFields;
import io.lota4j.metrics.Metric.Split;
import io.lota4j.metrics.Metric.Where;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Figures as JSON lines, one a figure: `figure`, `value`, `n`, `direction`, `run`, `seed`, `stage` and, where they
/// apply, `task`, `split`, `step`, `part`, `other` and `slice`.
public final class MetricsFile {
    private MetricsFile() {}

    /// The text of a file.
    public static String text(List<Metric> metrics) {
        StringBuilder lines = new StringBuilder();
        metrics.forEach(m ->
                lines.append(JsonMapper.shared().writeValueAsString(row(m))).append('\n'));
        return lines.toString();
    }

    private static Map<String, Object> row(Metric metric) {
        Where where = metric.where();
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("figure", metric.figure().key());
        row.put("value", metric.value());
        row.put("n", metric.n());
        row.put("direction", key(metric.figure().direction()));
        row.put("run", where.run());
        row.put("seed", where.seed());
        row.put("stage", where.stage());
        put(row, "task", where.task());
        put(row, "split", where.split() == null ? null : key(where.split()));
        put(row, "step", where.step());
        put(row, "part", where.part());
        put(row, "other", where.other());
        put(row, "slice", where.slice());
        return row;
    }

    private static void put(Map<String, Object> row, String key, @Nullable Object value) {
        if (value != null) {
            row.put(key, value);
        }
    }

    private static String key(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    /// @throws LotaException if the file cannot be read or a line is no figure, with the line's number
    public static List<Metric> read(Path file) {
        List<Metric> metrics = new ArrayList<>();
        try (Stream<String> lines = Files.lines(file)) {
            for (String line : (Iterable<String>) lines::iterator) {
                metrics.add(metric(line, Text.format("%s, line %d", file, metrics.size() + 1)));
            }
        } catch (IOException | java.io.UncheckedIOException e) {
            throw new LotaException(file + ": cannot be read: " + e.getMessage(), e);
        }
        return metrics;
    }

    private static Metric metric(String line, String place) {
        JsonNode row = StrictJson.object(line.getBytes(StandardCharsets.UTF_8), place);
        return JsonFields.read(row, place, of -> metric(of, place));
    }

    private static Metric metric(JsonFields of, String place) {
        Figure figure = named(of.text("figure"), Figure.values(), place);
        // What the figure says of itself.
        of.textOrNull("direction");
        @Nullable String split = of.textOrNull("split");
        Where where = new Where(
                of.text("run"),
                of.integer("seed"),
                of.count("stage"),
                of.textOrNull("task"),
                split == null ? null : named(split, Split.values(), place),
                of.integerOrNull("step"),
                of.textOrNull("part"),
                of.textOrNull("other"),
                of.textOrNull("slice"));
        return new Metric(where, figure, of.number("value"), of.integer("n"));
    }

    private static <E extends Enum<E>> E named(String name, E[] values, String place) {
        Function<E, String> key = MetricsFile::key;
        return Arrays.stream(values)
                .filter(v -> key.apply(v).equals(name))
                .findFirst()
                .orElseThrow(() -> new LotaException(Text.format(
                        "%s: unknown name '%s'; %s",
                        place,
                        name,
                        Suggestions.nearest(name, Arrays.stream(values).map(key).toList())
                                .map(near -> Text.format("did you mean '%s'?", near))
                                .orElse("expected one of "
                                        + Arrays.stream(values).map(key).toList()))));
    }
}
