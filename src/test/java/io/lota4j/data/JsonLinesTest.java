package io.lota4j.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lota4j.LotaException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JsonLinesTest {
    @TempDir
    Path dir;

    @Test
    void onlyNewlinesEndLines() throws IOException {
        List<Row> rows = JsonLines.read(data("{\"a\":\"x\u2028y\u0085z\u2029\"}\r\n\n{\"a\":\"\u00e9\",\"n\":1.10}"));
        assertThat(rows).hasSize(2);
        assertThat(rows.getFirst().columns()).containsEntry("a", "x\u2028y\u0085z\u2029");
        assertThat(rows.getLast().index()).isEqualTo(1);
        assertThat(rows.getLast().line()).isEqualTo(3);
        assertThat(rows.getLast().columns().get("n")).hasToString("1.10");
    }

    @Test
    void limitLeavesTheRestAlone() throws IOException {
        assertThat(JsonLines.read(data("{\"a\":1}\n{\"a\":2}\nnot json\n"), 2)).hasSize(2);
    }

    @Test
    void emptyFilesAreRefused() throws IOException {
        Path file = data(" \n\n");
        refused(file, file + " holds no rows; expected one JSON object on each line.");
    }

    @Test
    void missingFilesAreNamed() {
        Path file = dir.resolve("missing.jsonl");
        refused(file, "The data file " + file + " does not exist.");
    }

    @Test
    void directoriesAreRefused() {
        refused(dir, "Cannot read the data file " + dir + ": Is a directory");
    }

    @Test
    void malformedLinesAreNumbered() throws IOException {
        Path file = data("{\"a\":1}\n{\"a\": oops}\n");
        refused(
                file,
                file + ", line 2: not valid JSON: Unrecognized token 'oops': was expecting (JSON String, Number, Array,"
                        + " Object or token 'null', 'true' or 'false') (column 7)");
    }

    @Test
    void duplicateColumnsAreRefused() throws IOException {
        Path file = data("{\"a\":1,\"a\":2}\n");
        refused(file, file + ", line 1: not valid JSON: Duplicate Object property \"a\" (column 11)");
    }

    @Test
    void otherValuesAreRefused() throws IOException {
        Path file = data("{\"a\":1}\n[1]\n");
        refused(file, file + ", line 2: expected a JSON object, found a list.");
    }

    private void refused(Path file, String message) {
        assertThatThrownBy(() -> JsonLines.read(file))
                .isInstanceOf(LotaException.class)
                .hasMessage(message);
    }

    private Path data(String text) throws IOException {
        return Files.writeString(dir.resolve("data.jsonl"), text);
    }
}
