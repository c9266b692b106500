package io.lota4j.internal.eval;

import io.lota4j.data.Dataset;
import io.lota4j.eval.Evaluation;
import io.lota4j.eval.ExampleScore;
import io.lota4j.internal.checkpoint.AtomicFile;
import io.lota4j.internal.checkpoint.Claims;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/// Scores as files that other programs read.
public final class ScoreFiles {
    private static final JsonMapper JSON = JsonMapper.shared();

    private ScoreFiles() {}

    /// Writes one of them or both.
    ///
    /// @param summary one JSON object, or null for none
    /// @param details one JSON object a line and example, or null for none
    /// @throws io.lota4j.LotaException before anything is written if one would be written over the data or over the
    ///     other; or when one cannot be written
    public static void write(Evaluation scores, Dataset data, @Nullable Path summary, @Nullable Path details) {
        Claims claims = new Claims();
        data.paths().forEach(path -> claims.reads("the evaluation", path));
        if (summary != null) {
            claims.writes("the summary", summary);
        }
        if (details != null) {
            claims.writes("the details", details);
        }
        claims.check();
        if (summary != null) {
            AtomicFile.write(
                    summary, JSON.writerWithDefaultPrettyPrinter().writeValueAsString(summary(scores, data)) + "\n");
        }
        if (details != null) {
            StringBuilder lines = new StringBuilder();
            scores.examples()
                    .forEach(e -> lines.append(JSON.writeValueAsString(row(e))).append('\n'));
            AtomicFile.write(details, lines.toString());
        }
    }

    /// What the summary holds, by key, in its order.
    public static SequencedMap<String, Object> summary(Evaluation scores, Dataset data) {
        SequencedMap<String, Object> summary = new LinkedHashMap<>();
        summary.put("loss", scores.loss());
        summary.put("examples", scores.examples().size());
        summary.put("response_tokens", scores.responseTokens());
        scores.accuracy().ifPresent(accuracy -> {
            summary.put("accuracy", accuracy);
            summary.put("correct", scores.correct());
            summary.put("unparsed", scores.unparsed());
            if (scores.cramped() > 0) {
                summary.put("short_of_room", scores.cramped());
            }
        });
        summary.put("left_out", data.tooLong().size());
        summary.put("data_sha256", data.sha256());
        summary.put("tokens", scores.tokens());
        summary.put("seconds", scores.seconds());
        if (scores.generated()) {
            summary.put("generated_tokens", scores.generatedTokens());
            summary.put("generation_seconds", scores.generationSeconds());
        }
        return summary;
    }

    private static Map<String, Object> row(ExampleScore example) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("index", example.index());
        row.put("response_tokens", example.responseTokens());
        row.put("sum_logprob", example.sumLogprob());
        row.put("generated", example.generated());
        row.put("correct", example.correct());
        return row;
    }
}
