package io.lota4j.cli;

import io.lota4j.LotaException;
import io.lota4j.internal.Text;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.OptionalLong;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The rows that a metrics file has before a run adds to it.
///
/// A process that was killed may have left rows of steps after its last saved state, and half a row at the end.
///
/// @param file a plain file of JSON lines
record MetricsRows(Path file) {
    /// Makes the file ready for the rows after a step: a resumed run's later rows go, and the last line is whole.
    ///
    /// @param done the last step that the run has done already; 0 for a new run, which keeps all rows
    /// @throws LotaException if a resumed run's file holds no rows of metrics, which is then left as it is
    void prepare(long done) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        int kept = done == 0 ? bytes.length : keptBytes(bytes, done);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            if (kept < bytes.length) {
                channel.truncate(kept);
            }
            if (kept > 0 && bytes[kept - 1] != '\n') {
                channel.position(kept);
                channel.write(ByteBuffer.wrap(new byte[] {'\n'}));
            }
        }
    }

    /// Where the last row of a step that is done ends.
    private int keptBytes(byte[] bytes, long done) {
        int kept = 0;
        int foreign = 0;
        int line = 0;
        for (int start = 0, end; start < bytes.length; start = end) {
            end = endOfLine(bytes, start);
            line++;
            OptionalLong step = step(new String(bytes, start, end - start, StandardCharsets.UTF_8));
            if (step.isPresent() && step.getAsLong() <= done) {
                kept = end;
            } else if (step.isEmpty() && end < bytes.length && foreign == 0) {
                foreign = line;
            }
        }
        if (kept == 0 && foreign > 0) {
            throw new LotaException(Text.format(
                    "%s, line %d: expected a row of metrics, a JSON object with a step; found something else. "
                            + "Nothing was changed: name another file for the metrics.",
                    file, foreign));
        }
        return kept;
    }

    private static int endOfLine(byte[] bytes, int start) {
        int end = start;
        while (end < bytes.length && bytes[end] != '\n') {
            end++;
        }
        return Math.min(end + 1, bytes.length);
    }

    private static OptionalLong step(String line) {
        try {
            JsonNode step = JsonMapper.shared().readTree(line).path("step");
            return step.isIntegralNumber() && step.canConvertToLong()
                    ? OptionalLong.of(step.longValue())
                    : OptionalLong.empty();
        } catch (JacksonException torn) {
            // Half a row, or two that were joined: no row of any step.
            return OptionalLong.empty();
        }
    }
}
