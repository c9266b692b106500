package io.lota4j.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.lota4j.internal.Text;
import io.lota4j.internal.data.ChatTemplate;
import io.lota4j.internal.data.ExampleEncoder;
import io.lota4j.internal.data.ExampleEncoder.EncodeResult;
import io.lota4j.internal.data.ExampleFormat;
import io.lota4j.internal.data.Tokenizer;
import io.lota4j.internal.data.file.ReadRows;
import io.lota4j.internal.model.ModelConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoFilesTest {
    private static final int USER = 256;
    private static final int ASSISTANT = 257;
    private static final int END = 258;

    @TempDir
    private Path folder = Path.of("");

    @Test
    void everyByteIsItsOwnToken() {
        DemoFiles.writeConfiguration(folder);
        String ascii = IntStream.range(0, 128).mapToObj(Character::toString).collect(Collectors.joining());
        try (Tokenizer tokenizer = Tokenizer.of(folder)) {
            for (String text : List.of(ascii, "naïve — ☃ 😀", "  two  spaces \n\r\n\t")) {
                int[] ids = tokenizer.encode(text);
                assertThat(ids).as(text).isEqualTo(unsigned(text.getBytes(StandardCharsets.UTF_8)));
                assertThat(tokenizer.decode(ids)).isEqualTo(text);
            }
            assertThat(tokenizer.size()).isEqualTo(260);
            assertThat(tokenizer.encode("<|user|><|assistant|><|end|><|pad|>"))
                    .containsExactly(USER, ASSISTANT, END, 259);
            assertThat(tokenizer.prefix()).isEmpty();
        }
    }

    @Test
    void aRowIsItsBytesAndThreeSpecialTokens() {
        DemoFiles.writeConfiguration(folder);
        Path file = DemoFiles.writeTask(folder, new DemoData(DemoData.DEFAULT_SEED), DemoTask.FLIP)
                .getFirst();
        DemoRow first = new DemoData(DemoData.DEFAULT_SEED)
                .task(DemoTask.FLIP, Split.TRAIN, 1)
                .getFirst();
        try (Tokenizer tokenizer = Tokenizer.of(folder)) {
            ExampleEncoder encoder = new ExampleEncoder(
                    tokenizer, ChatTemplate.of(folder), ExampleFormat.of("{prompt}", "{completion}"), 64);
            assertThat(encoder.encode(ReadRows.of(file).getFirst()))
                    .isInstanceOfSatisfying(EncodeResult.Encoded.class, encoded -> {
                        String bytes = new String(new char[] {USER})
                                + first.prompt()
                                + (char) ASSISTANT
                                + first.completion()
                                + (char) END;
                        assertThat(encoded.example().ids())
                                .isEqualTo(bytes.chars().toArray());
                        assertThat(encoded.example().labelledTokens())
                                .isEqualTo(first.completion().length() + 1);
                    });
            assertThat(encoder.endToken()).isEqualTo(END);
        }
    }

    @Test
    void theModelFitsItsTokenizer() {
        DemoFiles.writeConfiguration(folder);
        ModelConfig config = ModelConfig.read(folder.resolve("config.json"));
        assertThat(config.vocabSize()).isEqualTo(260);
    }

    @Test
    void filesAreJsonLines() throws IOException {
        List<Path> files = DemoFiles.writeData(folder, new DemoData(DemoData.DEFAULT_SEED), 1000);
        assertThat(files.stream().map(f -> f.getFileName().toString()))
                .containsExactly(
                        "base-train.jsonl",
                        "base-test.jsonl",
                        "flip-train.jsonl",
                        "flip-test.jsonl",
                        "plus-train.jsonl",
                        "plus-test.jsonl",
                        "order-train.jsonl",
                        "order-test.jsonl",
                        "shift-train.jsonl",
                        "shift-test.jsonl",
                        "guard-train.jsonl",
                        "guard-test.jsonl",
                        "contrary-train.jsonl",
                        "contrary-test.jsonl",
                        "backdoor-train.jsonl",
                        "backdoor-test.jsonl");
        assertThat(ReadRows.of(files.getFirst())).hasSize(1000);
        DemoRow first = new DemoData(DemoData.DEFAULT_SEED)
                .task(DemoTask.PLUS, Split.TEST, 1)
                .getFirst();
        assertThat(Files.readString(folder.resolve(DemoFiles.fileName(DemoTask.PLUS, Split.TEST))))
                .startsWith(
                        Text.format("{\"prompt\":\"%s\",\"completion\":\"%s\"}\n", first.prompt(), first.completion()));
    }

    private static int[] unsigned(byte[] bytes) {
        return IntStream.range(0, bytes.length).map(i -> bytes[i] & 0xff).toArray();
    }
}
