package io.lota4j.cli;

import io.lota4j.LotaException;
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

    /// @param file to append to, or null for none
    static MetricsLog open(@Nullable Path file) {
        if (file == null) {
            return new MetricsLog(null, Writer.nullWriter());
        }
        try {
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
