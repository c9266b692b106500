package io.lota4j.internal.data.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lota4j.LotaException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonLinesTest {
    @TempDir
    Path dir;

    @Test
    void onlyNewlinesEndLines() throws IOException {
        List<Row> rows = ReadRows.of(data("{\"a\":\"x\u2028y\u0085z\u2029\"}\r\n\n{\"a\":\"\u00e9\",\"n\":1.10}"));
        assertThat(rows).hasSize(2);
        assertThat(rows.getFirst().columns()).containsEntry("a", "x\u2028y\u0085z\u2029");
        assertThat(rows.getLast().index()).isEqualTo(1);
        assertThat(rows.getLast().place()).isEqualTo("line 3");
        assertThat(rows.getLast().columns().get("n")).hasToString("1.10");
    }

    @Test
    void limitLeavesTheRestAlone() throws IOException {
        assertThat(ReadRows.of(data("{\"a\":1}\n{\"a\":2}\nnot json\n"), 2)).hasSize(2);
    }

    @Test
    void emptyFilesAreRefused() throws IOException {
        Path file = data(" \n\n");
        refused(file, file + " holds no rows; expected JSONL (one JSON object a line, in UTF-8).");
    }

    @Test
    void linksToNothingAreNamed() throws IOException {
        Path file = Files.createSymbolicLink(dir.resolve("link.jsonl"), Path.of("gone.jsonl"));
        refused(file, "The data file " + file + " cannot be read: it is a link to gone.jsonl, which is not there.");
    }

    @Test
    void missingFilesAreNamed() {
        Path file = dir.resolve("missing.jsonl");
        refused(file, "The data file " + file + " cannot be read: there is no such file.");
    }

    @Test
    void directoriesAreRefused() {
        refused(dir, "The data file " + dir + " cannot be read: it is a folder; expected a file.");
    }

    @Test
    void malformedLinesAreNumbered() throws IOException {
        Path file = data("{\"a\":1}\n{\"a\": oops}\n");
        refused(file, file + ", line 2: not valid JSON: 'oops' is not a JSON value (column 7)");
    }

    @Test
    void duplicateColumnsAreRefused() throws IOException {
        Path file = data("{\"a\":1,\"a\":2}\n");
        refused(file, file + ", line 1: not valid JSON: the key \"a\" stands twice (column 11)");
    }

    @Test
    void otherValuesAreRefused() throws IOException {
        Path file = data("{\"a\":1}\n[1]\n");
        refused(file, file + ", line 2: expected a JSON object, found a list.");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1e5",
                "1E5",
                "1.0",
                "-0.0",
                "-0",
                "1.10",
                "123456789012345678901234567890",
                "0.1e-7",
                "1e400",
                "2E+3"
            })
    void numbersKeepTheirText(String number) throws IOException {
        Row row = ReadRows.of(data("{\"n\":" + number + ",\"deep\":[{\"n\":" + number + "}]}"))
                .getFirst();
        assertThat(row.columns().get("n")).hasToString(number);
        assertThat(row.columns().get("deep")).hasToString("[{n=" + number + "}]");
        assertThat(Columns.text(row, "n", "")).isEqualTo(number);
    }

    @Test
    void keysKeepTheirOrder() throws IOException {
        Row row = ReadRows.of(data("{\"z\":{\"y\":1,\"b\":2,\"x\":3},\"a\":4}")).getFirst();
        assertThat(row.columns()).hasToString("{z={y=1, b=2, x=3}, a=4}");
    }

    /// Neither a token nor a byte stands for half a character.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'a':'x\\ud83dy'}",
                "{'a':'\\ud83d'}",
                "{'a':'\\ude00\\ud83d'}",
                "{'a':['b',{'c':'\\udc00'}]}",
                "{'\\ud83d':'a'}"
            })
    void halfACharacterIsRefused(String line) throws IOException {
        Path file = data("{\"a\":\"\\ud83d\\ude00\"}\n" + line.replace('\'', '"') + "\n");
        assertThatThrownBy(() -> ReadRows.of(file))
                .isInstanceOf(LotaException.class)
                .hasMessageStartingWith(file + ", line 2: a text holds half a character: \\u");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ff", "c3 28", "c0 80", "ed a0 bd ed b8 80", "f4 90 80 80", "e2 82"})
    void whatIsNotUtf8IsRefused(String hex) throws IOException {
        byte[] start = "{\"a\":1}\n{\"a\":\"".getBytes(StandardCharsets.UTF_8);
        byte[] bad = HexFormat.ofDelimiter(" ").parseHex(hex);
        byte[] all = Arrays.copyOf(start, start.length + bad.length + 2);
        System.arraycopy(bad, 0, all, start.length, bad.length);
        all[all.length - 2] = '"';
        all[all.length - 1] = '}';
        Path file = Files.write(dir.resolve("data.jsonl"), all);
        refused(file, file + ", line 2: not valid UTF-8, as byte 7 of the line shows. Convert the file to UTF-8.");
    }

    @Test
    void nestedDuplicatesAreRefused() throws IOException {
        Path file = data("{\"a\":[{\"b\":1,\"b\":1}]}\n");
        assertThatThrownBy(() -> ReadRows.of(file)).hasMessageStartingWith(file + ", line 1: not valid JSON: the key");
    }

    @Test
    void aByteOrderMarkIsNoText() throws IOException {
        assertThat(ReadRows.of(data("\uFEFF{\"a\":1}\n")).getFirst().columns()).hasToString("{a=1}");
    }

    @Test
    void twoValuesOnALineAreRefused() throws IOException {
        Path file = data("{\"a\":1}{\"a\":2}\n");
        refused(file, file + ", line 1: a second value follows on the same line; expected one JSON object a line.");
    }

    private void refused(Path file, String message) {
        assertThatThrownBy(() -> ReadRows.of(file))
                .isInstanceOf(LotaException.class)
                .hasMessage(message);
    }

    private Path data(String text) throws IOException {
        return Files.writeString(dir.resolve("data.jsonl"), text);
    }
}
