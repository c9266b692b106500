package io.lota4j.internal.data.file;

import io.lota4j.LotaException;
import io.lota4j.internal.Text;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// JSONL: one JSON object a line, in UTF-8.
///
/// Only `\n` ends a line, for real texts hold U+2028 and other characters that some readers break at.
/// Blank lines are skipped. Numbers keep the text that the file has. A line that is not UTF-8, has a key twice or
/// holds half a surrogate pair is refused.
final class JsonLines implements RowKind {
    /// No row is as long; a file without line ends would fill the memory.
    private static final int LONGEST = 1 << 26;

    @Override
    public String name() {
        return "jsonl";
    }

    @Override
    public String words() {
        return "JSONL (one JSON object a line, in UTF-8)";
    }

    @Override
    public boolean holds(String start, String name) {
        return start.stripLeading().startsWith("{")
                || name.endsWith(".jsonl")
                || name.endsWith(".ndjson")
                || name.endsWith(".json");
    }

    @Override
    public RowReader open(Source source) throws IOException {
        return new Lines(source.name(), source.open());
    }

    private static final class Lines implements RowReader {
        private final String name;
        private final InputStream in;
        private int line;
        private int rows;

        Lines(String name, InputStream in) {
            this.name = name;
            this.in = in;
        }

        @Override
        public @Nullable Row next() throws IOException {
            byte @Nullable [] bytes;
            while ((bytes = nextLine()) != null) {
                if (!isBlank(bytes)) {
                    int index = rows++;
                    return new Row(index, "line " + line, columns(bytes));
                }
            }
            return null;
        }

        private byte @Nullable [] nextLine() throws IOException {
            int b = in.read();
            if (b < 0) {
                return null;
            }
            line++;
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            long length = 0;
            for (; b >= 0 && b != '\n'; b = in.read()) {
                if (++length <= LONGEST) {
                    bytes.write(b);
                }
            }
            if (length > LONGEST) {
                rows++;
                throw new BadRowException(
                        name,
                        "line " + line,
                        Text.format("the line has %,d bytes, expected at most %,d.", length, LONGEST),
                        null);
            }
            return bytes.toByteArray();
        }

        private Map<String, @Nullable Object> columns(byte[] bytes) {
            try {
                return JsonRow.columns(bytes);
            } catch (LotaException e) {
                throw new BadRowException(name, "line " + line, e);
            }
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }

    private static boolean isBlank(byte[] line) {
        for (byte b : line) {
            if (b != ' ' && b != '\t' && b != '\r') {
                return false;
            }
        }
        return true;
    }
}
