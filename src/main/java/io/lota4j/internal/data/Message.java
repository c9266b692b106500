package io.lota4j.internal.data;

import io.lota4j.internal.jinja.PythonText;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// One turn of a chat, with every field that its row has.
///
/// @param fields by name, in the row's order: `role`, mostly `content`, and what else the turn has (`tool_calls`,
///     `name`, `reasoning_content`): strings, numbers, booleans, lists, maps or null
/// @param learned whether the turn carries loss: one of the assistant's whose row does not say otherwise
/// @param weight what the loss of its tokens counts, over 0; 1 where the row does not say
public record Message(Map<String, @Nullable Object> fields, boolean learned, double weight) {
    static final String ROLE = "role";
    static final String CONTENT = "content";
    static final String SYSTEM = "system";
    static final String USER = "user";
    static final String ASSISTANT = "assistant";

    private static final Pattern SPACE = Pattern.compile("\\s+");

    static final List<String> CALLS = List.of("tool_calls", "function_call");

    private static final List<String> TEXTS = List.of(CONTENT, "reasoning_content", "reasoning", "thinking");

    /// Copies the fields, in their order.
    public Message {
        fields = Collections.unmodifiableMap(new LinkedHashMap<>(fields));
    }

    /// A turn of which a row gives no weight.
    public Message(Map<String, @Nullable Object> fields, boolean learned) {
        this(fields, learned, 1);
    }

    /// A turn that is a text; one of the assistant's carries loss.
    ///
    /// @param role who speaks: `system`, `user`, `assistant` or another role that the chat template knows
    /// @param content the text, as it is
    public Message(String role, String content) {
        this(ordered(role, content), role.equals(ASSISTANT));
    }

    private static Map<String, @Nullable Object> ordered(String role, String content) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put(ROLE, role);
        fields.put(CONTENT, content);
        return fields;
    }

    /// What the user says.
    public static Message user(String content) {
        return new Message(USER, content);
    }

    /// What the model shall answer.
    public static Message assistant(String content) {
        return new Message(ASSISTANT, content);
    }

    /// Who speaks.
    public String role() {
        return Objects.toString(fields.get(ROLE), "");
    }

    /// The text; empty where the content is none, as beside tool calls.
    public String content() {
        return fields.get(CONTENT) instanceof String text ? text : "";
    }

    /// What the turn says, its reasoning included: stripped texts, none of them blank.
    List<String> texts() {
        List<String> texts = new ArrayList<>();
        for (String field : TEXTS) {
            if (fields.get(field) instanceof String text
                    && !PythonText.strip(text).isEmpty()) {
                texts.add(PythonText.strip(text));
            }
        }
        return texts;
    }

    /// Whether a written text holds one that was said. White space does not count, which templates set as they like.
    static boolean holds(String written, String said) {
        return SPACE.matcher(written)
                .replaceAll("")
                .contains(SPACE.matcher(said).replaceAll(""));
    }

    /// Whether the turn says nothing, or white space only.
    boolean isBlank() {
        boolean text = fields.get(CONTENT) == null || fields.get(CONTENT) instanceof String;
        return text && texts().isEmpty() && CALLS.stream().noneMatch(calls -> Turns.says(fields.get(calls)));
    }

    /// Whether the model speaks.
    public boolean fromAssistant() {
        return role().equals(ASSISTANT);
    }

    /// The same turn as a part of a prompt, which carries no loss.
    Message silent() {
        return new Message(fields, false, 1);
    }

    Message with(String field, Object value) {
        Map<String, @Nullable Object> changed = new LinkedHashMap<>(fields);
        changed.put(field, value);
        return new Message(changed, learned, weight);
    }

    Message without(String field) {
        Map<String, @Nullable Object> changed = new LinkedHashMap<>(fields);
        changed.remove(field);
        return new Message(changed, learned, weight);
    }
}
