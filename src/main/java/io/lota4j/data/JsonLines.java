package io.lota4j.data;

import io.lota4j.LotaException;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/// Reads JSONL: one JSON object a line, in UTF-8.
///
/// Only `\n` ends a line, for real texts hold U+2028 and other characters that some readers break at.
/// Blank lines are skipped. Numbers with a fraction keep their digits.
public final class JsonLines {
    private JsonLines() {}

    /// All rows of a file.
    ///
    /// @throws LotaException if the file cannot be read, holds no row, or a line is no JSON object
    public static List<Row> read(Path file) {
        return read(file, Integer.MAX_VALUE);
    }

    /// The first rows of a file; lines after them are not looked at.
    ///
    /// @param limit the most rows to read, at least 1
    /// @throws LotaException if the file cannot be read, holds no row, or a line is no JSON object
    public static List<Row> read(Path file, int limit) {
        try (InputStream in = Files.newInputStream(file)) {
            return read(in, file, limit);
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    static List<Row> read(InputStream source, Path file, int limit) throws IOException {
        InputStream in = new BufferedInputStream(source);
        List<Row> rows = new ArrayList<>();
        int line = 0;
        byte @Nullable [] bytes;
        while (rows.size() < limit && (bytes = nextLine(in)) != null) {
            line++;
            if (!isBlank(bytes)) {
                rows.add(new Row(rows.size(), line, object(bytes, file, line)));
            }
        }
        if (rows.isEmpty()) {
            throw new LotaException(file + " holds no rows; expected one JSON object on each line.");
        }
        in.transferTo(OutputStream.nullOutputStream());
        return rows;
    }

    static LotaException unreadable(Path file, IOException e) {
        if (e instanceof NoSuchFileException) {
            return new LotaException("The data file " + file + " does not exist.", e);
        }
        return new LotaException("Cannot read the data file " + file + ": " + e.getMessage(), e);
    }

    private static byte @Nullable [] nextLine(InputStream in) throws IOException {
        int b = in.read();
        if (b < 0) {
            return null;
        }
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (; b >= 0 && b != '\n'; b = in.read()) {
            line.write(b);
        }
        return line.toByteArray();
    }

    private static boolean isBlank(byte[] line) {
        for (byte b : line) {
            if (b != ' ' && b != '\t' && b != '\r') {
                return false;
            }
        }
        return true;
    }

    @SuppressWarnings("unchecked") // the keys of a JSON object are strings
    private static Map<String, @Nullable Object> object(byte[] line, Path file, int number) {
        String where = file + ", line " + number + ": ";
        Object value;
        try {
            value = ModelJson.MAPPER.readValue(line, Object.class);
        } catch (JacksonException e) {
            throw new LotaException(where + "not valid JSON: " + ModelJson.reason(e), e);
        }
        if (value instanceof Map<?, ?> object) {
            return (Map<String, @Nullable Object>) object;
        }
        throw new LotaException(where + "expected a JSON object, found " + Columns.kind(value) + ".");
    }
}
