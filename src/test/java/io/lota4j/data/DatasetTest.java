package io.lota4j.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lota4j.LotaException;
import io.lota4j.internal.Text;
import io.lota4j.internal.data.ChatTemplate;
import io.lota4j.internal.data.ExampleEncoder;
import io.lota4j.internal.data.ExampleEncoder.EncodeResult;
import io.lota4j.internal.data.ExampleFormat;
import io.lota4j.internal.data.ModelDirs;
import io.lota4j.internal.data.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatasetTest {
    private static final String ROWS = Text.format("""
        {"q":"a","a":"a"}
        {"q":"%s","a":"a"}
        {"q":"b","a":"b"}
        """, "a\\n".repeat(100));

    private final Tokenizer tokenizer = Tokenizer.of(ModelDirs.golden("byte-level"));

    @TempDir
    Path dir;

    @AfterEach
    void close() {
        tokenizer.close();
    }

    @Test
    void countsWhatDoesNotFit() throws IOException {
        Path file = data(ROWS);
        Dataset data = Dataset.load(file, encoder("{q}", 40), Dataset.ALL);
        assertThat(data.examples()).extracting(Example::row).containsExactly(0, 2);
        assertThat(data.tooLong()).extracting(EncodeResult.TooLong::row).containsExactly(1);
        assertThat(data.rows()).isEqualTo(3);
        int longest = data.tooLong().getFirst().length();
        assertThat(longest).isGreaterThan(200);
        assertThat(data.skippedNotice())
                .hasValue("1 of 3 rows of " + file + " left out: longer than 40 tokens (the longest has " + longest
                        + ").");
    }

    @Test
    void longRowsAreNeverCut() throws IOException {
        Dataset data = Dataset.load(data(ROWS), encoder("{q}", 1000), Dataset.ALL);
        assertThat(data.skippedNotice()).isEmpty();
        Example whole = data.examples().get(1);
        assertThat(tokenizer.decode(whole.ids(), false)).isEqualTo(whole.prompt() + "a<|im_end|>");
    }

    @Test
    void limitCountsRowsAndHashesTheWholeFile() throws IOException {
        Path file = data(ROWS);
        Dataset first = Dataset.load(file, encoder("{q}", 40), 2);
        assertThat(first.rows()).isEqualTo(2);
        assertThat(first.sha256())
                .isEqualTo(Dataset.load(file, encoder("{q}", 40), Dataset.ALL).sha256());
        Path other = Files.writeString(dir.resolve("other.jsonl"), "{\"q\":\"a\",\"a\":\"a\"}\n");
        assertThat(Dataset.load(other, encoder("{q}", 40), 1).sha256())
                .isEqualTo("51bcb5278bd8b707826d0a0a00024116e407c0c5819d9771db252992f98ddb05");
        assertThatThrownBy(() -> Dataset.load(file, encoder("{q}", 40), 0))
                .isInstanceOf(LotaException.class)
                .hasMessage("The row limit must be at least 1, found 0.");
    }

    @Test
    void somethingMustFit() throws IOException {
        Path file = data(ROWS);
        assertThatThrownBy(() -> Dataset.load(file, encoder("{q}", 5), Dataset.ALL))
                .isInstanceOf(LotaException.class)
                .hasMessageMatching(
                        "None of the 3 rows of .*data.jsonl fits in 5 tokens; the shortest needs \\d\\d\\.");
        assertThatThrownBy(() -> encoder("{q}", 1))
                .isInstanceOf(LotaException.class)
                .hasMessage("The maximum length must be at least 2 tokens, found 1.");
    }

    @Test
    void badRowsAreNumbered() throws IOException {
        Path file = data("{\"q\":\"a\",\"a\":\"a\"}\n\n{\"p\":\"a\",\"a\":\"a\"}\n");
        assertThatThrownBy(() -> Dataset.load(file, encoder("{q}", 40), Dataset.ALL))
                .isInstanceOf(LotaException.class)
                .hasMessageStartingWith(file + ", line 3: The template '{q}' names the column 'q'");
    }

    /// Without a chat template there is nothing before an answer to an empty prompt.
    @Test
    void answersToEmptyPromptsCannotBeGenerated() throws IOException {
        Path model = ModelDirs.make(dir, "byte-level", UnaryOperator.identity(), "{\"eos_token\": \"<|im_end|>\"}");
        Path file = data("{\"q\":\"a\",\"a\":\"a\"}\n{\"q\":\"\",\"a\":\"a\"}\n");
        ExampleEncoder plain =
                new ExampleEncoder(tokenizer, ChatTemplate.of(model), ExampleFormat.of("{q}", "{a}"), 40);
        Dataset.load(file, encoder("{q}", 40), Dataset.ALL).requirePrompts();
        Dataset.load(file, plain, 1).requirePrompts();
        Dataset data = Dataset.load(file, plain, Dataset.ALL);
        assertThatThrownBy(data::requirePrompts)
                .isInstanceOf(LotaException.class)
                .hasMessage("The prompt of row 1 (from 0) of " + file + " is empty and the model has no chat template,"
                        + " so there is nothing that an answer could start from. Give it a text, or do not let answers"
                        + " be generated.");
    }

    private ExampleEncoder encoder(String prompt, int maxLength) {
        return new ExampleEncoder(
                tokenizer, ChatTemplate.of(ModelDirs.golden("byte-level")), ExampleFormat.of(prompt, "{a}"), maxLength);
    }

    private Path data(String text) throws IOException {
        return Files.writeString(dir.resolve("data.jsonl"), text);
    }
}
