package io.lota4j.cli;

import io.lota4j.LotaException;
import io.lota4j.train.HeldOutLoss;
import io.lota4j.train.Progress;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/// A run's steps as JSON lines, each on disk as soon as it is done.
final class MetricsLog implements AutoCloseable {
    private final @Nullable Path file;
    private final Writer writer;

    private MetricsLog(@Nullable Path file, Writer writer) {
        this.file = file;
        this.writer = writer;
    }

    /// Opens a file to append to. Of the rows that it has, those of steps that a resumed run does again are cut.
    ///
    /// @param file to append to, or null for none
    /// @param done the last step that the run has done already; 0 for a new run
    /// @throws LotaException if it cannot be read or written, or a resumed run's file holds something else
    static MetricsLog open(@Nullable Path file, long done) {
        if (file == null) {
            return new MetricsLog(null, Writer.nullWriter());
        }
        try {
            // Only a plain file can be read again and cut: not a pipe, not a terminal.
            if (Files.isRegularFile(file)) {
                new MetricsRows(file).prepare(done);
            }
            return new MetricsLog(
                    file, Files.newBufferedWriter(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND));
        } catch (IOException e) {
            throw problem(file, e);
        }
    }

    void add(Progress p) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("step", p.step());
        row.put("loss", p.loss());
        row.put("gradient_norm", p.gradientNorm());
        row.put("lr", p.lr());
        row.put("tokens", p.tokens());
        row.put("scored_tokens", p.scoredTokens());
        row.put("seconds", p.seconds());
        row.putAll(p.figures());
        write(row);
    }

    /// Adds a row of the held-out rows, after that of the step.
    void add(HeldOutLoss score) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("step", score.step());
        row.put("eval_loss", score.loss());
        score.figures().forEach((name, value) -> row.put("eval_" + name, value));
        write(row);
    }

    private void write(Map<String, Object> row) {
        try {
            writer.write(JsonMapper.shared().writeValueAsString(row) + "\n");
            writer.flush();
        } catch (IOException e) {
            throw problem(file, e);
        }
    }

    @Override
    public void close() {
        try {
            writer.close();
        } catch (IOException e) {
            throw problem(file, e);
        }
    }

    private static LotaException problem(@Nullable Path file, IOException e) {
        return new LotaException(file + ": cannot be written: " + e.getMessage(), e);
    }
}
