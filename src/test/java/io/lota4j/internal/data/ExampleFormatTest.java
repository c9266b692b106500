package io.lota4j.internal.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.lota4j.LotaException;
import io.lota4j.internal.data.file.JsonNumber;
import io.lota4j.internal.data.file.Row;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExampleFormatTest {
    private static final ExampleFormat DETECTED = ExampleFormat.of(null, null);

    @Test
    void templatesFillColumnsAndEscapes() {
        ExampleFormat format = ExampleFormat.of("{q}\\n\\nSchema:\n{{ {c} }}\\\\n \\t", "{n}|{b}");
        assertThat(format.messages(row(Map.of("q", "Who {x}?", "c", "T\\n", "n", 1.5, "b", true))))
                .containsExactly(Message.user("Who {x}?\n\nSchema:\n{ T\\n }\\n \\t"), Message.assistant("1.5|true"));
    }

    @Test
    void missingColumnsComeWithTheNearest() {
        ExampleFormat format = ExampleFormat.of("{questoin}", "{answer}");
        refused(
                () -> format.messages(row(Map.of("question", "a"))),
                "The template '{questoin}' names the column 'questoin', which the row does not have"
                        + " (did you mean 'question'?). Its columns: question.");
        refused(
                () -> ExampleFormat.of("{z}", "").messages(row(Map.of("question", "a"))),
                "The template '{z}' names the column 'z', which the row does not have. Its columns: question.");
    }

    @Test
    void columnsThatAreNoTextAreRefused() {
        ExampleFormat format = ExampleFormat.of("{a}", "");
        refused(() -> format.messages(row(Map.of("a", List.of()))), "The column 'a' holds a list, expected text.");
        Map<String, @Nullable Object> holdsNull = new HashMap<>();
        holdsNull.put("a", null);
        refused(() -> format.messages(row(holdsNull)), "The column 'a' holds null, expected text.");
    }

    @Test
    void malformedTemplatesAreRefused() {
        refused(
                () -> ExampleFormat.of("ab {c", "x"),
                "The template 'ab {c' is malformed: '{' at character 4 opens no column name;"
                        + " a literal brace is written {{.");
        refused(
                () -> ExampleFormat.of("{}", "x"),
                "The template '{}' is malformed: '{' at character 1 opens no column name;"
                        + " a literal brace is written {{.");
        refused(
                () -> ExampleFormat.of("a}", "x"),
                "The template 'a}' is malformed: '}' at character 2 closes nothing; a literal brace is written }}.");
    }

    @Test
    void bothTemplatesOrNone() {
        refused(() -> ExampleFormat.of("{a}", null), "A prompt template needs a completion template beside it.");
        refused(() -> ExampleFormat.of(null, "{a}"), "A completion template needs a prompt template beside it.");
    }

    @Test
    void messagesRows() {
        List<Map<String, String>> chat =
                List.of(Map.of("role", "user", "content", "q"), Map.of("role", "assistant", "content", "a"));
        assertThat(DETECTED.messages(row(Map.of("messages", chat, "instruction", "i", "output", "o"))))
                .containsExactly(Message.user("q"), Message.assistant("a"));
        refused(
                () -> DETECTED.messages(row(Map.of("messages", "text"))),
                "The column 'messages' holds a string, expected a list of objects with 'role' and 'content'.");
        refused(
                () -> DETECTED.messages(row(Map.of("messages", List.of()))),
                "The column 'messages' holds an empty list, expected a list of objects with 'role' and 'content'.");
        refused(
                () -> DETECTED.messages(row(Map.of("messages", List.of(Map.of("role", "user"))))),
                "Message 1 of the column 'messages' must have the strings 'role' and 'content' (or 'from' and 'value'),"
                        + " found role a string and content null.");
        refused(
                () -> DETECTED.messages(row(Map.of("messages", Arrays.asList(1)))),
                "Message 1 of the column 'messages' must have the strings 'role' and 'content' (or 'from' and 'value'),"
                        + " found a number.");
    }

    @Test
    void alpacaRows() {
        assertThat(DETECTED.messages(row(Map.of("instruction", "Add.", "input", "1 2", "output", "3"))))
                .containsExactly(Message.user("Add.\n\n1 2"), Message.assistant("3"));
        assertThat(DETECTED.messages(row(Map.of("instruction", "Add.", "input", "", "output", "3"))))
                .containsExactly(Message.user("Add."), Message.assistant("3"));
        assertThat(DETECTED.messages(row(Map.of("instruction", "", "input", "1 2", "output", "3"))))
                .containsExactly(Message.user("1 2"), Message.assistant("3"));
        assertThat(DETECTED.messages(row(Map.of("instruction", "Add.", "output", "3"))))
                .containsExactly(Message.user("Add."), Message.assistant("3"));
    }

    @Test
    void promptAndCompletionRows() {
        assertThat(DETECTED.messages(row(Map.of("prompt", "q", "completion", "a"))))
                .containsExactly(Message.user("q"), Message.assistant("a"));
        List<Map<String, String>> prompt = List.of(
                Map.of("role", "user", "content", "q"),
                Map.of("role", "assistant", "content", "said before"),
                Map.of("role", "user", "content", "r"));
        List<Map<String, String>> completion = List.of(Map.of("role", "assistant", "content", "a"));
        assertThat(DETECTED.messages(row(Map.of("prompt", prompt, "completion", completion))))
                .extracting(Message::content, Message::learned)
                .containsExactly(tuple("q", false), tuple("said before", false), tuple("r", false), tuple("a", true));
        refused(
                () -> DETECTED.messages(row(Map.of("prompt", prompt, "completion", "a"))),
                "The columns 'prompt' and 'completion' hold a list and a string, expected two texts or two lists of"
                        + " messages.");
        assertThat(DETECTED.messages(row(Map.of("prompt", new JsonNumber("1e5"), "completion", true))))
                .containsExactly(Message.user("1e5"), Message.assistant("true"));
        Map<String, @Nullable Object> holdsNull = new HashMap<>(Map.of("prompt", "q"));
        holdsNull.put("completion", null);
        refused(() -> DETECTED.messages(row(holdsNull)), "The column 'completion' holds null, expected text.");
        refused(
                () -> DETECTED.messages(row(Map.of("prompt", "q", "completion", "a", "system", "s"))),
                "The column 'system' stands beside 'completion', 'prompt' and would be lost. Put what it says into"
                        + " a turn of 'messages', or remove the column.");
    }

    /// ShareGPT's rows, and those that call the same things by their usual names.
    @ParameterizedTest
    @ValueSource(strings = {"conversations", "conversation", "messages"})
    void shareGptRows(String column) {
        assertThat(DETECTED.messages(row(Map.of(
                        column,
                        List.of(
                                Map.of("from", "system", "value", "s"),
                                Map.of("from", "human", "value", "q"),
                                Map.of("from", "gpt", "value", "a", "weight", 0),
                                Map.of("from", "tool", "value", "t"),
                                Map.of("from", "gpt", "value", "b"))))))
                .extracting(Message::role, Message::content, Message::learned)
                .containsExactly(
                        tuple("system", "s", false),
                        tuple("user", "q", false),
                        tuple("assistant", "a", false),
                        tuple("tool", "t", false),
                        tuple("assistant", "b", true));
        assertThat(DETECTED.messages(row(Map.of(
                        column,
                        List.of(Map.of("role", "user", "content", "q"), Map.of("from", "assistant", "value", "a"))))))
                .containsExactly(Message.user("q"), Message.assistant("a"));
    }

    @Test
    void shareGptRowsOfOtherSpeakersAreRefused() {
        refused(
                () -> DETECTED.messages(row(Map.of(
                        "conversations",
                        List.of(Map.of("from", "human", "value", "q"), Map.of("from", "bing", "value", "a"))))),
                "Message 2 of the column 'conversations' is from 'bing', expected one of human, gpt, system, tool,"
                        + " user, assistant.");
        refused(
                () -> DETECTED.messages(row(Map.of("conversations", List.of(Map.of("from", 1, "value", "q"))))),
                "Message 1 of the column 'conversations' is from a number, expected one of human, gpt, system, tool,"
                        + " user, assistant.");
        refused(
                () -> DETECTED.messages(row(Map.of("conversations", List.of(Map.of("from", "gpt"))))),
                "Message 1 of the column 'conversations' must have the strings 'role' and 'content' (or 'from' and"
                        + " 'value'), found role a string and content null.");
        refused(
                () -> DETECTED.messages(
                        row(Map.of("conversations", List.of(Map.of("from", "gpt", "value", "a", "content", "b"))))),
                "Message 1 of the column 'conversations' has a 'value' and a 'content', expected one of them.");
        refused(
                () -> DETECTED.messages(
                        row(Map.of("system", "s", "conversations", List.of(Map.of("from", "gpt", "value", "a"))))),
                "The column 'system' stands beside 'conversations' and would be lost. Put what it says into a turn of"
                        + " 'messages', or remove the column.");
    }

    @Test
    void chatsUnderOtherNamesAreToldHowToBeCalled() {
        for (Map<String, String> turn :
                List.of(Map.of("role", "user", "content", "q"), Map.of("from", "human", "value", "q"))) {
            refused(
                    () -> DETECTED.messages(row(Map.of("dialog", List.of(turn)))),
                    "Expected the column 'messages' or 'conversations', or 'prompt' and 'completion', or 'instruction'"
                        + " and 'output', or 'chosen' and 'rejected', found dialog. The column 'dialog' looks like a"
                        + " chat: call it 'messages'.");
        }
    }

    @Test
    void otherRowsNeedTemplates() {
        refused(
                () -> DETECTED.messages(row(Map.of("question", "q"))),
                "Expected the column 'messages' or 'conversations', or 'prompt' and 'completion', or 'instruction' and"
                        + " 'output', or 'chosen' and 'rejected', found question."
                        + " Name the columns with a prompt and a completion template,"
                        + " such as '{question}' and '{answer}'.");
    }

    /// A table's columns hold text only.
    @Test
    void chatsMayBeJsonInAText() {
        String chat = "[{\"role\":\"user\",\"content\":\"a\"},{\"role\":\"assistant\",\"content\":\"b\"}]";
        assertThat(DETECTED.messages(row(Map.of("messages", chat))))
                .containsExactly(Message.user("a"), Message.assistant("b"));
        assertThatThrownBy(() -> DETECTED.messages(row(Map.of("messages", "[{'role': 'user'}]"))))
                .hasMessageStartingWith("The column 'messages' holds a text that is no list as JSON: not valid JSON: ");
    }

    private static Row row(Map<String, ? extends @Nullable Object> columns) {
        return new Row(0, new HashMap<>(columns));
    }

    private static void refused(ThrowingCallable call, String message) {
        assertThatThrownBy(call).isInstanceOf(LotaException.class).hasMessage(message);
    }
}
