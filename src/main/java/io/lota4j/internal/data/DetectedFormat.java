package io.lota4j.internal.data;

import io.lota4j.LotaException;
import io.lota4j.internal.data.file.Columns;
import io.lota4j.internal.data.file.JsonRow;
import io.lota4j.internal.data.file.Row;
import io.lota4j.internal.jinja.Marked;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Rows that need no templates: chats under `messages` or ShareGPT's `conversations`, `prompt` and `completion`, or
/// Alpaca's `instruction`, `input` and `output`.
record DetectedFormat() implements ExampleFormat {
    private static final String MESSAGES = "messages";

    /// Where a chat stands: its usual column, and ShareGPT's.
    private static final List<String> CHATS = List.of(MESSAGES, "conversations", "conversation");

    private static final String PROMPT = "prompt";
    private static final String COMPLETION = "completion";
    private static final String INSTRUCTION = "instruction";
    private static final String INPUT = "input";
    private static final String OUTPUT = "output";

    /// What a chat template is given by name, beside the turns.
    private static final Set<String> VARIABLES = Set.of("tools", "documents");

    private static final String MORE_VARIABLES = "chat_template_kwargs";

    /// What other programs take as part of a conversation, and this one does not.
    private static final Set<String> PARTS = Set.of("system", "history", "functions", "chosen", "rejected");

    private static final Set<String> OWN =
            Set.of("messages", "add_generation_prompt", "bos_token", "eos_token", "tools", "documents");

    @Override
    public Chat chat(Row row) {
        Map<String, @Nullable Object> columns = row.columns();
        if (PreferenceRow.is(row)) {
            return new PreferenceRow(row).chosen();
        }
        for (String chat : CHATS) {
            if (columns.containsKey(chat)) {
                return chat(row, new Turns(chat).read(list(chat, columns.get(chat))), Set.of(chat));
            }
        }
        if (columns.containsKey(PROMPT) && columns.containsKey(COMPLETION)) {
            return promptAndCompletion(row);
        }
        if (columns.containsKey(INSTRUCTION) && columns.containsKey(OUTPUT)) {
            return alpaca(row);
        }
        throw new LotaException("Expected the column 'messages' or 'conversations', or 'prompt' and 'completion', or"
                + " 'instruction' and 'output', or 'chosen' and 'rejected', found "
                + (columns.isEmpty() ? "no column" : Columns.names(row)) + ". "
                + otherChat(columns)
                        .map(column -> "The column '" + column + "' looks like a chat: call it 'messages'.")
                        .orElse("Name the columns with a prompt and a completion template, such as '{question}' and"
                                + " '{answer}'."));
    }

    @Override
    public Optional<Chat> rejected(Row row) {
        return PreferenceRow.is(row) ? Optional.of(new PreferenceRow(row).rejected()) : Optional.empty();
    }

    /// A column of other name whose value is a list of turns.
    private static Optional<String> otherChat(Map<String, @Nullable Object> columns) {
        return columns.entrySet().stream()
                .filter(column -> column.getValue() instanceof List<?> list
                        && !list.isEmpty()
                        && list.getFirst() instanceof Map<?, ?> turn
                        && (turn.containsKey(Message.ROLE) || ShareGpt.writes(turn)))
                .map(Map.Entry::getKey)
                .findFirst();
    }

    private static Chat promptAndCompletion(Row row) {
        @Nullable Object prompt = row.columns().get(PROMPT);
        @Nullable Object completion = row.columns().get(COMPLETION);
        Set<String> taken = Set.of(PROMPT, COMPLETION);
        if (prompt instanceof List<?> && completion instanceof List<?>) {
            List<Message> messages = new ArrayList<>();
            new Turns(PROMPT).read(prompt).forEach(turn -> messages.add(turn.silent()));
            messages.addAll(new Turns(COMPLETION).read(completion));
            return chat(row, messages, taken);
        }
        if (prompt instanceof List<?> || completion instanceof List<?>) {
            throw new LotaException("The columns 'prompt' and 'completion' hold " + Columns.kind(prompt) + " and "
                    + Columns.kind(completion) + ", expected two texts or two lists of messages.");
        }
        String why = "The format of prompt and completion";
        return pair(row, Columns.text(row, PROMPT, why), Columns.text(row, COMPLETION, why), taken);
    }

    private static Chat alpaca(Row row) {
        String why = "The Alpaca format";
        String instruction = Columns.text(row, INSTRUCTION, why);
        String input = row.columns().get(INPUT) == null ? "" : Columns.text(row, INPUT, why);
        return pair(
                row,
                alpacaPrompt(instruction, input),
                Columns.text(row, OUTPUT, why),
                Set.of(INSTRUCTION, INPUT, OUTPUT));
    }

    private static String alpacaPrompt(String instruction, String input) {
        if (input.isBlank()) {
            return instruction;
        }
        return instruction.isBlank() ? input : instruction + "\n\n" + input;
    }

    static Chat pair(Row row, String prompt, String completion, Set<String> taken) {
        Chat pair = Chat.of(Marked.data(prompt), Marked.data(completion), unread(row, taken));
        Map<String, @Nullable Object> variables = variables(row);
        return new Chat(pair.messages(), variables, variables.isEmpty() ? pair.pair() : null, pair.unread());
    }

    static Chat chat(Row row, List<Message> messages, Set<String> taken) {
        return new Chat(messages, variables(row), null, unread(row, taken));
    }

    private static List<String> unread(Row row, Set<String> taken) {
        List<String> unread = new ArrayList<>();
        row.columns().forEach((name, value) -> {
            if (taken.contains(name) || VARIABLES.contains(name) || name.equals(MORE_VARIABLES)) {
                return;
            }
            if (PARTS.contains(name) && Turns.says(value)) {
                throw new LotaException("The column '" + name + "' stands beside " + String.join(", ", sorted(taken))
                        + " and would be lost. Put what it says into a turn of 'messages', or remove the column.");
            }
            unread.add(name);
        });
        return unread;
    }

    private static List<String> sorted(Set<String> names) {
        return names.stream().sorted().map(name -> "'" + name + "'").toList();
    }

    /// A column's value, which may be a list as JSON in a text: tables whose columns have one type hold it so.
    private static @Nullable Object list(String name, @Nullable Object value) {
        return value instanceof String text && text.strip().startsWith("[") ? listed(name, text) : value;
    }

    private static @Nullable Object listed(String name, String text) {
        String row = "{\"" + name + "\": " + text + "}";
        try {
            Map<String, @Nullable Object> read = JsonRow.columns(row.getBytes(StandardCharsets.UTF_8));
            return read.size() == 1 ? read.get(name) : text;
        } catch (LotaException e) {
            throw new LotaException(
                    "The column '" + name + "' holds a text that is no list as JSON: " + e.getMessage(), e);
        }
    }

    private static Map<String, @Nullable Object> variables(Row row) {
        Map<String, @Nullable Object> variables = new LinkedHashMap<>();
        row.columns().forEach((name, value) -> {
            if (VARIABLES.contains(name) && Turns.says(value)) {
                Object list = list(name, value);
                if (!(list instanceof List<?>)) {
                    throw new LotaException(
                            "The column '" + name + "' holds " + Columns.kind(value) + ", expected a list.");
                }
                variables.put(name, list);
            }
        });
        if (row.columns().get(MORE_VARIABLES) instanceof Map<?, ?> more) {
            more.forEach((key, value) -> {
                String name = String.valueOf(key);
                if (OWN.contains(name)) {
                    throw new LotaException("The column '" + MORE_VARIABLES + "' sets '" + name
                            + "', which the chat template is given otherwise.");
                }
                variables.put(name, value);
            });
        } else if (row.columns().get(MORE_VARIABLES) != null) {
            throw new LotaException("The column '" + MORE_VARIABLES + "' holds "
                    + Columns.kind(row.columns().get(MORE_VARIABLES)) + ", expected an object.");
        }
        return variables;
    }
}
