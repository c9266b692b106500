package io.lota4j.internal;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lota4j.LotaException;
import io.lota4j.internal.checkpoint.SafetensorsFile;
import io.lota4j.internal.checkpoint.StrictJson;
import io.lota4j.internal.data.ChatTemplate;
import io.lota4j.internal.data.Tokenizer;
import io.lota4j.internal.data.file.ReadRows;
import io.lota4j.internal.model.ModelConfig;
import io.lota4j.internal.yaml.Yaml;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// A file of another kind is named as what it is, with what to do.
class FileKindTest {
    @TempDir
    private Path folder = Path.of("");

    /// @param name of the file that it reads
    private record Reader(String name, Consumer<Path> read) {}

    /// What reads files of users. A new reader belongs here.
    private static final List<Reader> READERS = List.of(
            new Reader("a.safetensors", SafetensorsFile::open),
            new Reader("config.json", ModelConfig::read),
            new Reader("a.yaml", Yaml::read),
            new Reader("a.json", file -> StrictJson.object(bytes(file), file.toString())),
            new Reader("a.jsonl", ReadRows::of),
            new Reader("chat_template.jinja", file -> ChatTemplate.of(directory(file))),
            new Reader("tokenizer_config.json", file -> ChatTemplate.of(directory(file))),
            new Reader("tokenizer.json", file -> Tokenizer.of(directory(file)).close()));

    /// What data files may begin with: it is read as what it is.
    private static final List<String> DATA = List.of("PAR1", "\u001f\u008b");

    private static Path directory(Path file) {
        return Objects.requireNonNull(file.getParent());
    }

    private static byte[] bytes(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /// First bytes, and what is said of them.
    static Stream<Arguments> others() {
        return Stream.of(
                Arguments.of(
                        "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a",
                        "a pointer of Git LFS, not the file itself: run 'git lfs pull' in its directory to get the"
                                + " file."),
                Arguments.of("PAR1\u0015\u0004........", "a Parquet file: convert it first."),
                Arguments.of("\u001f\u008b\b\0\0\0\0\0", "compressed by gzip: unpack it first."),
                Arguments.of(
                        "PK\u0003\u0004\u0014\0\0\0",
                        "a zip archive, as PyTorch's .bin and .pt files are: unpack or convert it first."),
                Arguments.of(
                        "\u0080\u0002}q\0\0\0\0",
                        "a Python pickle, as PyTorch's older .bin files are: convert it first."),
                Arguments.of("GGUF\u0003\0\0\0", "a GGUF file: convert it first."),
                Arguments.of("\u00ff\u00fe{\0\n\0}\0", "text in UTF-16: convert it to UTF-8."),
                Arguments.of("\u00fe\u00ff\0{\0\n\0}", "text in UTF-16: convert it to UTF-8."),
                Arguments.of("{\0\"\0a\0\"\0:\0001\0}\0", "text in UTF-16: convert it to UTF-8."),
                Arguments.of("\0{\0\"\0a\0\"\0:\0001\0}", "text in UTF-16: convert it to UTF-8."),
                Arguments.of("", "nothing: it is empty; get it again."),
                Arguments.of("\u00ef\u00bb\u00bf", "nothing: it is empty; get it again."),
                Arguments.of(
                        "\u00ef\u00bb\u00bf<html>",
                        "a web page (HTML): download the file itself; its address may ask for a login first."),
                Arguments.of(
                        "\n<!DOCTYPE html><html><head>",
                        "a web page (HTML): download the file itself; its address may ask for a login first."));
    }

    @ParameterizedTest
    @MethodSource("others")
    void everyReaderNamesIt(String start, String found) throws IOException {
        for (Reader reader : READERS) {
            if (reader.name().equals("a.jsonl") && DATA.stream().anyMatch(start::startsWith)) {
                continue;
            }
            Path file = folder.resolve(reader.name());
            Files.write(file, start.getBytes(StandardCharsets.ISO_8859_1));
            assertThatThrownBy(() -> reader.read().accept(file))
                    .as(reader.name())
                    .isInstanceOf(LotaException.class)
                    .hasMessageStartingWith(file + ": expected ")
                    .hasMessageEndingWith(", found " + found);
            Files.delete(file);
        }
    }

    @Test
    void textIsNoSafetensorsFile() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "Not Found\n");
        assertThatThrownBy(() -> SafetensorsFile.open(file))
                .hasMessage("%s: expected a safetensors file, found text that begins with \"Not Foun\".", file);
    }

    /// A header of 640 bytes begins as a pickle does.
    @Test
    void theLengthOfAHeaderIsNoMagicNumber() {
        for (int length : new int[] {0x280, 0x380, 0x480, 0x580, 0x8b1f, 0xfeff, 0xfffe, 0x5a42}) {
            byte[] start = ByteBuffer.allocate(FileKind.BYTES)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(length)
                    .put((byte) '{')
                    .array();
            FileKind.require("x", start, "a safetensors file");
        }
    }

    @Test
    void weightsAreNoJson() throws IOException {
        Path file = Files.write(folder.resolve("file"), new byte[] {16, 0, 0, 0, 0, 0, 0, 0, '{', '}'});
        assertThatThrownBy(() -> ModelConfig.read(file))
                .hasMessage("%s: expected JSON, found a safetensors file: name another file.", file);
    }

    @Test
    void whatIsNoTextIsSaidToBeNone() throws IOException {
        Path file = Files.write(folder.resolve("file"), new byte[] {'a', ':', ' ', (byte) 0xe9, '\n'});
        assertThatThrownBy(() -> Yaml.read(file))
                .hasMessage(
                        "%s: expected text in UTF-8, found something else at byte 3: convert it to UTF-8 first.", file);
    }

    /// No word of the parser's own reaches the user, whatever is wrong.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{",
                "{\"a\"",
                "{\"a\":",
                "{\"a\":1",
                "[1,",
                "\"a",
                "{a:1}",
                "{'a':1}",
                "{\"a\":1,}",
                "{\"a\":1 \"b\":2}",
                "{\"a\":1}}",
                "{\"a\":1} {}",
                "{\"a\":01}",
                "{\"a\":1.}",
                "{\"a\":1e}",
                "{\"a\":-}",
                "{\"a\":+1}",
                "{\"a\":.5}",
                "{\"a\":NaN}",
                "{\"a\":oops}",
                "{\"a\":tru}",
                "{\"a\":\"\\x\"}",
                "{\"a\":\"\\u12\"}",
                "{\"a\":\"\n\"}",
                "{\"a\":1,\"a\":2}",
                "]",
                "}",
                ":",
                ",",
                "{\"a\":/}",
                "{\"a\":\u0001}",
                "\u00a0{}",
                "nul",
                "-",
                "1 2"
            })
    void theParsersWordsAreNotSaid(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        assertThatThrownBy(() -> StrictJson.object(utf8, "x.json"))
                .isInstanceOf(LotaException.class)
                .hasMessageMatching("(?s)x\\.json is not valid JSON: .*|x\\.json must be a JSON object, but is .*")
                .message()
                .doesNotContain("REDACTED", "Source", "token", "(String)", "code ", "was expecting", "malformed text")
                .hasSizeLessThan(120);
    }

    @Test
    void otherFaultsHaveWordsToo() {
        byte[] latin = "{\"a\": \"\u00e9\"}".getBytes(StandardCharsets.ISO_8859_1);
        assertThatThrownBy(() -> StrictJson.object(latin, "x")).hasMessageContaining("a byte that is not UTF-8 text");
        byte[] deep = "[".repeat(100_000).getBytes(StandardCharsets.UTF_8);
        assertThatThrownBy(() -> StrictJson.object(deep, "x")).hasMessageContaining("it is nested too deeply");
        byte[] number = ("[" + "1".repeat(2000) + "]").getBytes(StandardCharsets.UTF_8);
        assertThatThrownBy(() -> StrictJson.object(number, "x")).isInstanceOf(LotaException.class);
    }
}
