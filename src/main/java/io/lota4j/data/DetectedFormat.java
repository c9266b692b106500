package io.lota4j.data;

import io.lota4j.LotaException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Rows that need no templates: chats under `messages`, or Alpaca's `instruction`, `input` and `output`.
record DetectedFormat() implements ExampleFormat {
    private static final String MESSAGES = "messages";
    private static final String INSTRUCTION = "instruction";
    private static final String INPUT = "input";
    private static final String OUTPUT = "output";

    @Override
    public List<Message> messages(Row row) {
        Map<String, @Nullable Object> columns = row.columns();
        if (columns.containsKey(MESSAGES)) {
            return chat(columns.get(MESSAGES));
        }
        if (columns.containsKey(INSTRUCTION) && columns.containsKey(OUTPUT)) {
            return alpaca(row);
        }
        throw new LotaException("Expected the column 'messages', or 'instruction' and 'output', found "
                + (columns.isEmpty() ? "no column" : Columns.names(row))
                + ". Name the columns with a prompt and a completion template, such as '{question}' and '{answer}'.");
    }

    private static List<Message> alpaca(Row row) {
        String why = "The Alpaca format";
        String instruction = Columns.text(row, INSTRUCTION, why);
        String input = row.columns().get(INPUT) == null ? "" : Columns.text(row, INPUT, why);
        String prompt = input.isBlank() ? instruction : instruction + "\n\n" + input;
        return List.of(Message.user(prompt), Message.assistant(Columns.text(row, OUTPUT, why)));
    }

    private static List<Message> chat(@Nullable Object value) {
        if (!(value instanceof List<?> turns) || turns.isEmpty()) {
            throw new LotaException("The column 'messages' holds "
                    + (value instanceof List<?> ? "an empty list" : Columns.kind(value))
                    + ", expected a list of objects with 'role' and 'content'.");
        }
        List<Message> messages = new ArrayList<>();
        for (Object turn : turns) {
            messages.add(message(turn, messages.size()));
        }
        return List.copyOf(messages);
    }

    private static Message message(@Nullable Object turn, int index) {
        if (turn instanceof Map<?, ?> map
                && map.get("role") instanceof String role
                && map.get("content") instanceof String content) {
            return new Message(role, content);
        }
        String found = turn instanceof Map<?, ?> map
                ? "role " + Columns.kind(map.get("role")) + " and content " + Columns.kind(map.get("content"))
                : Columns.kind(turn);
        throw new LotaException("Message " + (index + 1)
                + " of the column 'messages' must have the strings 'role' and 'content', found " + found + ".");
    }
}
