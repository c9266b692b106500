package io.lota4j.data;

import io.lota4j.FileKind;
import io.lota4j.LotaException;
import io.lota4j.Text;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Reads JSONL: one JSON object a line, in UTF-8.
///
/// Only `\n` ends a line, for real texts hold U+2028 and other characters that some readers break at.
/// Blank lines are skipped. Numbers keep the text that the file has. A line that is not UTF-8, has a key twice or
/// holds half a surrogate pair is refused.
public final class JsonLines {
    private static final String EXPECTED = "JSONL (one JSON object a line, in UTF-8)";

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
        BufferedInputStream in = new BufferedInputStream(source);
        requireLines(in, file);
        List<Row> rows = new ArrayList<>();
        int line = 0;
        byte @Nullable [] bytes;
        while (rows.size() < limit && (bytes = nextLine(in)) != null) {
            line++;
            if (!isBlank(bytes)) {
                rows.add(new Row(rows.size(), line, columns(bytes, file, line)));
            }
        }
        if (rows.isEmpty()) {
            throw new LotaException(file + " holds no rows; expected one JSON object on each line.");
        }
        in.transferTo(OutputStream.nullOutputStream());
        return rows;
    }

    static LotaException unreadable(Path file, IOException e) {
        return new LotaException(Text.format("The data file %s cannot be read: %s.", file, FileKind.reason(e)), e);
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

    private static Map<String, @Nullable Object> columns(byte[] line, Path file, int number) {
        try {
            return JsonRow.columns(line);
        } catch (LotaException e) {
            throw new LotaException(file + ", line " + number + ": " + e.getMessage(), e);
        }
    }

    /// Refuses files of other kinds by what they begin with, instead of quoting a parser.
    private static void requireLines(BufferedInputStream in, Path file) throws IOException {
        in.mark(FileKind.BYTES);
        byte[] start = in.readNBytes(FileKind.BYTES);
        in.reset();
        FileKind.require(file.toString(), start, EXPECTED);
        if (new String(start, StandardCharsets.ISO_8859_1).stripLeading().startsWith("[")) {
            throw new LotaException(file + ": expected " + EXPECTED + ", found a JSON array: write each of its objects"
                    + " on a line of its own.");
        }
    }
}
