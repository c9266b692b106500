package io.lota4j.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lota4j.LotaException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExampleEncoderTest {
    private static final List<Message> TWO_TURNS = List.of(
            new Message("system", "Be brief."),
            Message.user("Name a prime."),
            Message.assistant("7"),
            Message.user("Another?"),
            Message.assistant("11"),
            Message.user("Thanks."));

    private final List<Tokenizer> open = new ArrayList<>();

    @TempDir
    Path dir;

    @AfterEach
    void close() {
        open.forEach(Tokenizer::close);
    }

    @Test
    void promptAndAnswerAreTokenizedApart() {
        Path model = ModelDirs.golden("byte-level");
        Tokenizer tokenizer = tokenizer(model);
        Example example = encode(encoder(model, 512), List.of(Message.user("2+2?"), Message.assistant("4 leading")));
        String prompt = "<|im_start|>user\n2+2?<|im_end|>\n<|im_start|>assistant\n";
        assertThat(example.prompt()).isEqualTo(prompt);
        assertThat(example.answer()).isEqualTo("4 leading");
        assertThat(example.promptIds()).isEqualTo(tokenizer.encode(prompt));
        assertThat(scored(example, tokenizer)).isEqualTo("4 leading<|im_end|>");
        assertThat(example.scoredTokens()).isEqualTo(example.length() - example.promptLength());
    }

    @Test
    void everyAnswerOfAChatIsScored() {
        Path model = ModelDirs.golden("byte-level");
        Tokenizer tokenizer = tokenizer(model);
        Example example = encode(encoder(model, 512), TWO_TURNS);
        String upToLast = "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nName a prime.<|im_end|>\n"
                + "<|im_start|>assistant\n7<|im_end|>\n<|im_start|>user\nAnother?<|im_end|>\n<|im_start|>assistant\n";
        assertThat(example.prompt()).isEqualTo(upToLast);
        assertThat(tokenizer.decode(example.promptIds(), false)).isEqualTo(upToLast);
        assertThat(tokenizer.decode(example.ids(), false)).isEqualTo(upToLast + "11<|im_end|>");
        assertThat(scored(example, tokenizer)).isEqualTo("7<|im_end|>11<|im_end|>");
    }

    @Test
    void llama3EndsTurnsWithItsOwnToken() {
        Path model = ModelDirs.make(
                dir, "byte-level", renamed("<|im_end|>", "<|eot_id|>"), config(ChatTemplateTest.LLAMA_3));
        Tokenizer tokenizer = tokenizer(model);
        ExampleEncoder encoder = encoder(model, 1024);
        assertThat(encoder.endToken()).isEqualTo(2);
        Example example = encode(encoder, TWO_TURNS);
        assertThat(scored(example, tokenizer)).isEqualTo("7<|eot_id|>11<|eot_id|>");
        assertThat(tokenizer.decode(example.ids(), false)).isEqualTo(example.prompt() + "11<|eot_id|>");
    }

    @Test
    void llama2SetsSpacesAroundAnswers() {
        Path model = ModelDirs.make(dir, "metaspace", UnaryOperator.identity(), config(ChatTemplateTest.LLAMA_2));
        Tokenizer tokenizer = tokenizer(model);
        ExampleEncoder encoder = encoder(model, 1024);
        assertThat(encoder.endToken()).isEqualTo(2);
        Example example = encode(encoder, TWO_TURNS);
        assertThat(scored(example, tokenizer)).isEqualTo(" 7</s> 11</s>");
        assertThat(tokenizer.decode(example.ids(), false))
                .startsWith(
                        "<s> [INST] <<SYS>>\nBe brief.\n<</SYS>>\n\nName a prime. [/INST] 7</s><s> [INST] Another?");
    }

    @Test
    void withoutTemplateTheTokenizersPrefixAndEosAreUsed() {
        Path model = ModelDirs.make(dir, "metaspace", UnaryOperator.identity(), "{\"eos_token\": \"</s>\"}");
        ExampleEncoder encoder = encoder(model, 512);
        Example example = encode(encoder, List.of(Message.user("a"), Message.assistant("a")));
        assertThat(example.ids()).containsExactly(1, 359, 321, 359, 321, 2);
        assertThat(example.scored()).containsExactly(false, false, false, true, true, true);
        assertThat(encoder.promptIds(List.of(Message.user("a")))).containsExactly(1, 359, 321);
    }

    @Test
    void nothingPredictsTheFirstToken() {
        Path model = ModelDirs.make(dir, "byte-level", UnaryOperator.identity(), "{\"eos_token\": \"<|im_end|>\"}");
        Example example = encode(encoder(model, 512), List.of(Message.user(""), Message.assistant("a")));
        assertThat(example.promptLength()).isZero();
        assertThat(example.scored()).containsExactly(false, true);
    }

    @Test
    void longExamplesAreLeftWhole() {
        Path model = ModelDirs.golden("byte-level");
        List<Message> chat = List.of(Message.user("2+2?"), Message.assistant("4"));
        int length = encode(encoder(model, 512), chat).length();
        assertThat(encoder(model, length).encode(row(chat))).isInstanceOf(EncodeResult.Encoded.class);
        assertThat(encoder(model, length - 1).encode(row(chat))).isEqualTo(new EncodeResult.TooLong(0, length));
    }

    @Test
    void rowsWithoutAnswersAreRefused() {
        ExampleEncoder encoder = encoder(ModelDirs.golden("byte-level"), 512);
        assertThatThrownBy(() -> encoder.encode(row(List.of(Message.user("2+2?")))))
                .isInstanceOf(LotaException.class)
                .hasMessage("The row has no message of the role 'assistant', so nothing to learn.");
    }

    @Test
    void templatesThatLoseMessagesAreRefused() {
        String filters = "{% for m in messages if m.role %}{{ m.content }}{% endfor %}";
        Path model = ModelDirs.make(dir, "byte-level", UnaryOperator.identity(), config(filters));
        assertThatThrownBy(() -> encoder(model, 512))
                .isInstanceOf(LotaException.class)
                .hasMessage("The chat template of " + dir.resolve("tokenizer_config.json")
                        + " leaves out what was said: of a user's 'lota4jQuestion' and an assistant's 'lota4jAnswer'"
                        + " it makes ''.");
    }

    @Test
    void templatesThatRewriteAnswersScoreOneAnswerARow() {
        String shortens = "{% for m in messages %}{{ m.role }}: {% if loop.last or m.role == 'user' %}{{ m.content }}"
                + "{% endif %}{{ eos_token }}{% endfor %}{% if add_generation_prompt %}assistant: {% endif %}";
        Path model = ModelDirs.make(
                dir, "byte-level", UnaryOperator.identity(), ModelDirs.config("<s>", "<|im_end|>", shortens));
        ExampleEncoder encoder = encoder(model, 512);
        assertThat(encode(encoder, TWO_TURNS.subList(0, 3)).answer()).isEqualTo("7");
        assertThatThrownBy(() -> encoder.encode(row(TWO_TURNS)))
                .isInstanceOf(LotaException.class)
                .hasMessage("The chat template of " + dir.resolve("tokenizer_config.json")
                        + " rewrites earlier answers once more messages follow, so a chat with several answers cannot"
                        + " be scored; give every answer a row of its own.");
    }

    @Test
    void someTokenMustEndAnswers() {
        Path model = ModelDirs.make(dir, "byte-level", UnaryOperator.identity(), "{}");
        assertThatThrownBy(() -> encoder(model, 512))
                .isInstanceOf(LotaException.class)
                .hasMessage("Nothing says which token ends an answer: the template writes no special token after one,"
                        + " and tokenizer_config.json has no eos_token (no chat template: prompt and answer one after"
                        + " another, nothing between).");
        ModelDirs.make(dir, "byte-level", UnaryOperator.identity(), "{\"eos_token\": \"<none>\"}");
        assertThatThrownBy(() -> encoder(model, 512))
                .isInstanceOf(LotaException.class)
                .hasMessage("The eos_token '<none>' of tokenizer_config.json is not in tokenizer.json.");
    }

    private ExampleEncoder encoder(Path model, int maxLength) {
        return new ExampleEncoder(tokenizer(model), ChatTemplate.of(model), ExampleFormat.of(null, null), maxLength);
    }

    private Tokenizer tokenizer(Path model) {
        Tokenizer tokenizer = Tokenizer.of(model);
        open.add(tokenizer);
        return tokenizer;
    }

    private static String config(String template) {
        return ModelDirs.config("<s>", "</s>", template);
    }

    private static UnaryOperator<String> renamed(String from, String to) {
        return tokenizer -> tokenizer.replace(from, to);
    }

    private static Example encode(ExampleEncoder encoder, List<Message> messages) {
        return switch (encoder.encode(row(messages))) {
            case EncodeResult.Encoded(Example example) -> example;
            case EncodeResult.TooLong tooLong -> throw new AssertionError(tooLong);
        };
    }

    private static Row row(List<Message> messages) {
        List<Map<String, String>> chat = messages.stream()
                .map(m -> Map.of("role", m.role(), "content", m.content()))
                .toList();
        return new Row(0, Map.of("messages", chat));
    }

    private static String scored(Example example, Tokenizer tokenizer) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < example.length(); i++) {
            text.append(example.scored()[i] ? tokenizer.piece(example.ids()[i]) : "");
        }
        return text.toString();
    }
}
