package io.lota4j.internal.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lota4j.LotaException;
import io.lota4j.data.Example;
import io.lota4j.data.Finding;
import io.lota4j.data.Labels;
import io.lota4j.internal.data.ExampleEncoder.EncodeResult;
import io.lota4j.internal.data.file.JsonNumber;
import io.lota4j.internal.data.file.Row;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Rows of two answers, and what of a row carries loss, as they become tokens.
class PreferenceRowTest {
    private static final Path MODEL = ModelDirs.golden("byte-level");

    private final Tokenizer tokenizer = Tokenizer.of(MODEL);

    @AfterEach
    void close() {
        tokenizer.close();
    }

    private EncodeResult encode(Labels labels, Map<String, ? extends @Nullable Object> columns) {
        ExampleEncoder encoder =
                new ExampleEncoder(tokenizer, ChatTemplate.of(MODEL), ExampleFormat.of(null, null), 128, false, labels);
        return encoder.encode(new Row(3, new HashMap<>(columns)));
    }

    private Example pair(Map<String, ? extends @Nullable Object> columns) {
        return ((EncodeResult.Encoded) encode(Labels.USUAL, columns)).example();
    }

    private void refused(Map<String, ? extends @Nullable Object> columns, String message) {
        assertThatThrownBy(() -> encode(Labels.USUAL, columns))
                .isInstanceOf(LotaException.class)
                .hasMessageStartingWith(message);
    }

    private static Map<String, Object> turn(String role, String content) {
        return Map.of("role", role, "content", content);
    }

    private static List<Map<String, Object>> turns(String... contents) {
        List<Map<String, Object>> turns = new ArrayList<>();
        for (String content : contents) {
            turns.add(turn(turns.size() % 2 == 0 ? "user" : "assistant", content));
        }
        return turns;
    }

    private static Example rejected(Example pair) {
        return Objects.requireNonNull(pair.rejected());
    }

    private String scored(Example example) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < example.length(); i++) {
            text.append(example.labelled()[i] ? tokenizer.piece(example.ids()[i]) : "");
        }
        return text.toString();
    }

    private void assertPair(Example pair) {
        assertThat(pair.row()).isEqualTo(3);
        assertThat(scored(pair)).isEqualTo("4<|im_end|>");
        assertThat(scored(rejected(pair))).isEqualTo("five<|im_end|>");
        assertThat(pair.prompt()).isEqualTo(rejected(pair).prompt()).contains("2+2?");
        assertThat(pair.sequences()).containsExactly(pair, rejected(pair));
        assertThat(pair.allTokens()).isEqualTo(pair.length() + rejected(pair).length());
    }

    @Test
    void everyShapeOfAPairIsTheSamePair() {
        Example texts = pair(Map.of("prompt", "2+2?", "chosen", "4", "rejected", "five"));
        assertPair(texts);
        List<Example> others = List.of(
                pair(Map.of(
                        "prompt", turns("2+2?"),
                        "chosen", List.of(turn("assistant", "4")),
                        "rejected", List.of(turn("assistant", "five")))),
                pair(Map.of(
                        "prompt", "2+2?",
                        "chosen", List.of(turn("assistant", "4")),
                        "rejected", List.of(turn("assistant", "five")))),
                pair(Map.of("chosen", turns("2+2?", "4"), "rejected", turns("2+2?", "five"))));
        for (Example other : others) {
            assertPair(other);
            assertThat(other.ids()).isEqualTo(texts.ids());
            assertThat(rejected(other).ids()).isEqualTo(rejected(texts).ids());
        }
    }

    /// The published sets of this shape have a text beside whole conversations, and the chosen one once more.
    @Test
    void aTextBesideWholeConversationsIsNotRead() {
        EncodeResult.Encoded found = (EncodeResult.Encoded) encode(
                Labels.USUAL,
                Map.of(
                        "prompt", "2+2?",
                        "messages", turns("2+2?", "4"),
                        "chosen", turns("2+2?", "4"),
                        "rejected", turns("2+2?", "five")));
        assertPair(found.example());
        assertThat(found.unread()).containsExactlyInAnyOrder("prompt", "messages");
    }

    /// Earlier answers that both conversations have are their prompt.
    @Test
    void aCommonBeginningCarriesNoLoss() {
        Example pair =
                pair(Map.of("chosen", turns("1+1?", "2", "2+2?", "4"), "rejected", turns("1+1?", "2", "2+2?", "five")));
        assertPair(pair);
        assertThat(pair.prompt()).contains("1+1?", "2<|im_end|>");
        // Where they part, all that each says is its own.
        Example late =
                pair(Map.of("chosen", turns("1+1?", "2", "2+2?", "4"), "rejected", turns("1+1?", "3", "2+2?", "4")));
        assertThat(scored(late)).isEqualTo("2<|im_end|>4<|im_end|>");
        assertThat(scored(rejected(late))).isEqualTo("3<|im_end|>4<|im_end|>");
    }

    @Test
    void whatIsNoPairIsRefused() {
        refused(
                Map.of("chosen", "4", "rejected", "five"),
                "The columns 'chosen' and 'rejected' hold texts, so the row needs the column 'prompt'");
        refused(
                Map.of("chosen", turns("2+2?", "4"), "rejected", turns("2+3?", "5")),
                "The conversations of 'chosen' and 'rejected' do not begin with the same message");
        refused(
                Map.of("prompt", "2+2?", "chosen", "4", "rejected", turns("2+2?", "5")),
                "The columns 'prompt', 'chosen' and 'rejected' hold a string, a string and a list, expected");
        refused(
                Map.of("chosen", turns("2+2?", "4", "So?", "5"), "rejected", turns("2+2?", "4", "So?")),
                "The rejected answer: No message of the assistant carries loss");
    }

    @Test
    void aPairIsLeftOutWhole() {
        EncodeResult found =
                encode(Labels.USUAL, Map.of("prompt", "2+2?", "chosen", "4", "rejected", "five ".repeat(100)));
        assertThat(found)
                .isInstanceOfSatisfying(
                        EncodeResult.TooLong.class,
                        skipped -> assertThat(skipped.length()).isGreaterThan(128));
    }

    @Test
    void theSameAnswerTwiceIsTold() {
        assertThat(((EncodeResult.Encoded)
                                encode(Labels.USUAL, Map.of("prompt", "2+2?", "chosen", "4", "rejected", "4")))
                        .findings())
                .containsExactly(Finding.SAME_ANSWERS);
    }

    @Test
    void thePreviewShowsBothAnswers() {
        assertThat(Preview.text(pair(Map.of("prompt", "2+2?", "chosen", "4", "rejected", "five")), tokenizer))
                .contains("row 3, chosen: ", "row 3, rejected: ", "[4][<|im_end|>]", "with loss [in brackets]\n");
    }

    @Test
    void lossOnTheLastTurnOnly() {
        Labels last = new Labels(Labels.LossOn.LAST, false);
        Map<String, Object> chat = Map.of("messages", turns("1+1?", "2", "2+2?", "4"));
        assertThat(scored(((EncodeResult.Encoded) encode(last, chat)).example()))
                .isEqualTo("4<|im_end|>");
        assertThat(scored(pair(chat))).isEqualTo("2<|im_end|>4<|im_end|>");
        // The last of those that the row does not exclude.
        List<Map<String, Object>> silent = new ArrayList<>(turns("1+1?", "2", "2+2?"));
        silent.add(Map.of("role", "assistant", "content", "4", "train", false));
        assertThat(scored(((EncodeResult.Encoded) encode(last, Map.of("messages", silent))).example()))
                .isEqualTo("2<|im_end|>");
    }

    @Test
    void weightsOfRowsAndTurnsAreFactors() {
        Labels weighted = new Labels(Labels.LossOn.ALL, true);
        List<Map<String, Object>> turns = new ArrayList<>(turns("1+1?"));
        turns.add(Map.of("role", "assistant", "content", "2", "weight", new JsonNumber("0.5")));
        turns.addAll(turns("2+2?", "4"));
        Map<String, Object> row = Map.of("messages", turns, "weight", new JsonNumber("3"));
        EncodeResult.Encoded found = (EncodeResult.Encoded) encode(weighted, row);
        assertThat(found.unread()).isEmpty();
        List<Float> weights = new ArrayList<>();
        for (int token = 0; token < found.example().length(); token++) {
            if (found.example().labelled()[token]) {
                weights.add(found.example().tokenWeight(token));
            }
        }
        assertThat(weights).containsExactly(1.5f, 1.5f, 3f, 3f);
        assertThat(Preview.text(found.example(), tokenizer)).contains("(x1.5)[2][<|im_end|>]", "(x3.0)[4][<|im_end|>]");
        // Who does not ask for weights is told that the column was not read.
        Map<String, Object> plain = Map.of("messages", turns("2+2?", "4"), "weight", "300 kg");
        EncodeResult.Encoded unweighed = (EncodeResult.Encoded) encode(Labels.USUAL, plain);
        assertThat(unweighed.unread()).containsExactly("weight");
        assertThat(unweighed.example().tokenWeights()).isNull();
        for (Object wrong : Arrays.asList("300 kg", new JsonNumber("0"), new JsonNumber("-1"), true)) {
            assertThatThrownBy(() -> encode(weighted, Map.of("messages", turns("2+2?", "4"), "weight", wrong)))
                    .isInstanceOf(LotaException.class)
                    .hasMessageStartingWith("The column 'weight' holds ")
                    .hasMessageContaining("expected a number over 0");
        }
        Map<String, Object> text = Map.of("prompt", "2+2?", "completion", "4", "weight", "0.25");
        assertThat(((EncodeResult.Encoded) encode(weighted, text)).example().tokenWeights())
                .endsWith(0.25f, 0.25f);
    }
}
