package io.lota4j.internal.data.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.ZstdOutputStream;
import io.lota4j.LotaException;
import io.lota4j.Processes;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The same rows come out of every kind of file, packed or not, whatever its name is.
class RowFileTest {
    private static final String OBJECTS = "[\n {\"q\": \"a \\u00e9\", \"n\": 1.0},\n {\"q\": \"b\", \"n\": null} ]\n";
    private static final String CHAT =
            "{messages=[{role=user, content=q1 \u00e9, tool_calls=null}, {role=assistant, content=a1,"
                    + " tool_calls=[{function={name=f, arguments={}}}]}], n=1, score=0.3333333333333333, ok=false,"
                    + " when=2026-01-02T03:04:05, day=2026-01-02, dec=1.10, tags=[x, null], big=18446744073709551615,"
                    + " map={k=1}, none=null}";

    @TempDir
    Path dir;

    @Test
    void arraysAreReadObjectByObject() throws IOException {
        Path file = text("data.json", OBJECTS);
        List<Row> rows = ReadRows.of(file);
        assertThat(rows).extracting(Row::columns).hasToString("[{q=a \u00e9, n=1.0}, {q=b, n=null}]");
        assertThat(rows).extracting(Row::place).containsExactly("row 0 (from 0), line 2", "row 1 (from 0), line 3");
        assertThat(RowFile.of(file).kind()).isEqualTo("a JSON array");
        assertThat(ReadRows.of(text("misnamed.jsonl", "\n\n" + OBJECTS))).hasSize(2);
        assertThat(ReadRows.of(text("half.json", OBJECTS.replace("null} ]", "oops")), 1))
                .hasSize(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            ignoreLeadingAndTrailingWhitespace = false,
            value = {
                "[{\"q\":1}, 5]|, row 1 (from 0), line 1: expected a JSON object, found a number.",
                "[{\"q\":1,\"q\":2}]|, line 1: not valid JSON: the key \"q\" stands twice (column 12). What is behind"
                        + " it cannot be read.",
                "[{\"q\":1}|: the file ends within the JSON array; it was cut off. Get it again.",
                "[{\"q\":1}] {}|, line 1: more text follows behind the JSON array.",
                "[]| holds no rows; expected a JSON array (of objects, in UTF-8).",
                "[{\"q\":\"\\ud800\"}]|, row 0 (from 0), line 1: a text holds half a character: \\ud800 without the"
                        + " other half of its surrogate pair. Write both halves or leave it out.",
            })
    void faultsOfArraysAreNamed(String text, String message) throws IOException {
        Path file = text("a.json", text);
        assertThatThrownBy(() -> ReadRows.of(file))
                .isInstanceOf(LotaException.class)
                .hasMessage(file + message);
    }

    /// A bad row costs no other.
    @Test
    void whatIsBehindABadRowCanBeRead() throws IOException {
        for (String[] file : new String[][] {
            {"a.json", "[{\"q\":[{\"r\":\"\\ud800\"}],\"s\":{}},[[1]],{\"q\":\"b\"}]"},
            {"a.jsonl", "{\"q\":oops}\n[1]\n{\"q\":\"b\"}\n"},
            {"a.csv", "q\na,b\na,b,c\nb\n"}
        }) {
            try (RowReader reader = RowFile.of(text(file[0], file[1])).open()) {
                assertThatThrownBy(reader::next).as(file[0]).isInstanceOf(BadRowException.class);
                assertThatThrownBy(reader::next).as(file[0]).isInstanceOf(BadRowException.class);
                Row row = Objects.requireNonNull(reader.next());
                assertThat(row.index()).isEqualTo(2);
                assertThat(row.columns()).hasToString("{q=b}");
                assertThat(reader.next()).isNull();
            }
        }
    }

    @Test
    void tablesAreText() throws IOException {
        List<Row> rows = ReadRows.of(text("a.csv", "\uFEFFq,n\r\n\"a, \"\"b\"\"\nc\",1.0\r\n\r\n d ,\r\n"));
        assertThat(rows)
                .extracting(Row::columns)
                .containsExactly(Map.of("q", "a, \"b\"\nc", "n", "1.0"), Map.of("q", " d ", "n", ""));
        assertThat(rows).extracting(Row::place).containsExactly("line 2", "line 5");
        assertThat(ReadRows.of(text("a.tsv", "q\tn\n\"a\tb\"\tc,d\n")))
                .extracting(Row::columns)
                .containsExactly(Map.of("q", "a\tb", "n", "c,d"));
        assertThat(ReadRows.of(RowFile.of(text("a.txt", "q,n\n1,2\n"), "csv"), 5))
                .hasSize(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            ignoreLeadingAndTrailingWhitespace = false,
            value = {
                "q,n;1|, line 2: expected 2 values, as the header has columns, found 1.",
                "q,q;1,2|, line 1: expected a header, which names each column once; found 'q' twice.",
                "q,,r;1,2,3|, line 1: expected a header, which names each column once; found a column without a name.",
                "q,r;1,\"2|, after line 2: a value's quote is not closed before the file ends.",
                "q,r;\"1\"2,3|, after line 1: text follows behind a closing quote. Write a quote within a value as"
                        + " two.",
                "q,r| holds no rows; expected CSV (a header, then a row a line, in UTF-8).",
            })
    void faultsOfTablesAreNamed(String text, String message) throws IOException {
        Path file = text("a.csv", text.replace(';', '\n'));
        assertThatThrownBy(() -> ReadRows.of(file))
                .isInstanceOf(LotaException.class)
                .hasMessage(file + message);
    }

    @Test
    void otherSeparatorsAreSeen() throws IOException {
        Path file = text("a.csv", "q;r\n1;2\n");
        assertThatThrownBy(() -> ReadRows.of(file))
                .hasMessage(
                        "%s, line 1: expected a header of columns apart by commas, found the single column 'q;r'. Write"
                                + " the table with that separator, or say its format.",
                        file);
    }

    @Test
    void whatIsNotUtf8IsRefused() throws IOException {
        for (String name : List.of("a.csv", "a.json")) {
            Path file = Files.write(
                    dir.resolve(name),
                    (name.endsWith("csv") ? "q\nb\n\u00e9\n" : "[{\"q\":\"b\"},\n{\"q\":\"\u00e9\"}]")
                            .getBytes(StandardCharsets.ISO_8859_1));
            assertThatThrownBy(() -> ReadRows.of(file))
                    .isInstanceOf(LotaException.class)
                    .hasMessageStartingWith(file.toString())
                    .hasMessageContaining("not valid UTF-8")
                    .hasMessageEndingWith("Convert the file to UTF-8.");
        }
    }

    /// The fixtures are what pyarrow writes.
    @ParameterizedTest
    @ValueSource(strings = {"snappy", "zstd", "gzip", "none"})
    void parquetKeepsNestedColumns(String codec) {
        List<Row> rows = ReadRows.of(fixture("chats-" + codec + ".parquet"));
        assertThat(rows).hasSize(3);
        assertThat(rows.get(1).columns()).hasToString(CHAT);
        assertThat(rows.get(1).place()).isEqualTo("row 1 (from 0)");
    }

    /// The library that reads Parquet looks for the end of such a page without end, on a thread that nobody can stop.
    @Test
    void damageThatIsReadWithoutEndIsRefused() throws IOException, InterruptedException {
        ProcessBuilder java = Processes.java(
                List.of("--enable-native-access=ALL-UNNAMED"),
                StalledParquet.class,
                fixture("chats-none.parquet").toString(),
                dir.resolve("damaged.parquet").toString());
        assertThat(Processes.output(java))
                .contains("refused: damaged.parquet: expected Parquet, found a file that is damaged or cut off")
                .contains("Interrupted: false");
    }

    @Test
    void parquetIsKnownByItsContent() throws IOException {
        Path misnamed = dir.resolve("data.jsonl");
        Files.copy(fixture("chats-snappy.parquet"), misnamed);
        assertThat(RowFile.of(misnamed).kind()).isEqualTo("Parquet");
        assertThat(ReadRows.of(misnamed, 2)).hasSize(2);
    }

    @Test
    void otherCodecsAreRefusedByName() {
        Path file = fixture("chats-brotli.parquet");
        assertThatThrownBy(() -> ReadRows.of(file))
                .isInstanceOf(LotaException.class)
                .hasMessage(
                        "%s: its columns are compressed by BROTLI; expected SNAPPY, GZIP, ZSTD or nothing. Write it"
                                + " anew, as with pyarrow: pyarrow.parquet.write_table(table, file,"
                                + " compression='zstd').",
                        file);
    }

    @Test
    void damagedParquetIsRefused() throws IOException {
        byte[] whole = Files.readAllBytes(fixture("chats-snappy.parquet"));
        for (int length = 4; length < whole.length; length += 97) {
            Path file = Files.write(dir.resolve("cut.parquet"), Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> ReadRows.of(file))
                    .isInstanceOf(LotaException.class)
                    .hasMessageContaining("damaged or cut off");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"gz", "zst"})
    void packedFilesAreUnpackedOnTheWay(String ending) throws IOException {
        byte[] parquet = Files.readAllBytes(fixture("chats-snappy.parquet"));
        for (var file : Map.of(
                        "a.jsonl", "{\"q\":1}\n{\"q\":2}\n{\"q\":3}\n".getBytes(StandardCharsets.UTF_8),
                        "a.json", "[{\"q\":1},{\"q\":2},{\"q\":3}]".getBytes(StandardCharsets.UTF_8),
                        "a.csv", "q\n1\n2\n3\n".getBytes(StandardCharsets.UTF_8),
                        "a.parquet", parquet)
                .entrySet()) {
            Path packed = packed(file.getKey() + "." + ending, file.getValue());
            assertThat(ReadRows.of(packed)).as("%s", packed).hasSize(3);
            assertThat(RowFile.of(packed).kind()).endsWith(ending.equals("gz") ? ", gzip" : ", zstd");
        }
        Path unnamed = packed("rows", "{\"q\":1}\n".getBytes(StandardCharsets.UTF_8));
        assertThat(ReadRows.of(unnamed)).hasSize(1);
        byte[] whole = Files.readAllBytes(
                packed("b.jsonl." + ending, "{\"q\":1}\n".repeat(9).getBytes(StandardCharsets.UTF_8)));
        Path cut = Files.write(dir.resolve("cut." + ending), Arrays.copyOf(whole, whole.length - 6));
        assertThatThrownBy(() -> ReadRows.of(cut))
                .isInstanceOf(LotaException.class)
                .hasMessageContaining("data is damaged or cut off; get it again");
    }

    @Test
    void whatIsNeitherIsRefused() throws IOException {
        Path file = text("a.txt", "hello\n");
        assertThatThrownBy(() -> ReadRows.of(file))
                .isInstanceOf(LotaException.class)
                .hasMessageStartingWith(file + ": expected rows as JSONL, as a JSON array, as CSV or TSV or as Parquet")
                .hasMessageContaining("neither its content nor its name shows which it is");
        assertThatThrownBy(() -> RowFile.of(file, "parket"))
                .hasMessage("There is no format of data files 'parket' (did you mean 'parquet'?). Expected one of csv,"
                        + " json, jsonl, parquet, tsv.");
        Path parquet = fixture("chats-snappy.parquet");
        assertThatThrownBy(() -> RowFile.of(parquet, "csv"))
                .hasMessage(
                        "%s: expected CSV (a header, then a row a line, in UTF-8), found a Parquet file: convert it"
                                + " first.",
                        parquet);
    }

    /// A row that is far too long costs no more memory than is allowed.
    @Test
    void endlessLinesAreRefused() throws IOException {
        Path bomb = dir.resolve("bomb.jsonl.gz");
        byte[] part = "a".repeat(1 << 20).getBytes(StandardCharsets.UTF_8);
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(bomb))) {
            out.write("{\"q\":\"".getBytes(StandardCharsets.UTF_8));
            for (int i = 0; i < 70; i++) {
                out.write(part);
            }
            out.write("\"}\n{\"q\":1}\n".getBytes(StandardCharsets.UTF_8));
        }
        try (RowReader reader = RowFile.of(bomb).open()) {
            assertThatThrownBy(reader::next)
                    .hasMessage(bomb + ", line 1: the line has 73,400,328 bytes, expected at most 67,108,864.");
            assertThat(reader.next()).isNotNull();
        }
    }

    @Test
    void deepNestingIsRefused() throws IOException {
        String deep = "{\"q\":" + "[".repeat(5000) + "]".repeat(5000) + "}";
        for (Path file : List.of(text("a.jsonl", deep), text("a.json", "[" + deep + "]"))) {
            assertThatThrownBy(() -> ReadRows.of(file))
                    .isInstanceOf(LotaException.class)
                    .hasMessageContaining("it is nested too deeply");
        }
    }

    private Path text(String name, String text) throws IOException {
        return Files.writeString(dir.resolve(name), text);
    }

    private Path packed(String name, byte[] bytes) throws IOException {
        Path file = dir.resolve(name);
        try (OutputStream out = name.endsWith(".zst")
                ? new ZstdOutputStream(Files.newOutputStream(file))
                : new GZIPOutputStream(Files.newOutputStream(file))) {
            out.write(bytes);
        }
        return file;
    }

    private static Path fixture(String name) {
        try {
            return Path.of(Objects.requireNonNull(RowFileTest.class.getResource("/data/" + name))
                    .toURI());
        } catch (URISyntaxException e) {
            throw new UncheckedIOException(new IOException(e));
        }
    }
}
