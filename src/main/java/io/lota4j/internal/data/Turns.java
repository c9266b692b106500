package io.lota4j.internal.data;

import io.lota4j.LotaException;
import io.lota4j.internal.data.file.Columns;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Reads a column's list of turns.
///
/// @param column its name, for messages
record Turns(String column) {
    private static final String WEIGHT = "weight";
    private static final String TRAIN = "train";

    /// The turns of a column, in order.
    ///
    /// @throws LotaException if it holds no list of turns, or a turn is malformed
    List<Message> read(@Nullable Object value) {
        if (!(value instanceof List<?> turns) || turns.isEmpty()) {
            throw new LotaException("The column '" + column + "' holds "
                    + (value instanceof List<?> ? "an empty list" : Columns.kind(value))
                    + ", expected a list of objects with 'role' and 'content'.");
        }
        List<Message> messages = new ArrayList<>();
        for (Object turn : turns) {
            messages.add(message(turn, messages.size() + 1));
        }
        return messages;
    }

    private Message message(@Nullable Object turn, int number) {
        if (!(turn instanceof Map<?, ?> map)) {
            throw malformed(number, Columns.kind(turn));
        }
        Map<String, @Nullable Object> fields = fields(map, number);
        boolean calls = Message.CALLS.stream().anyMatch(name -> says(fields.get(name)));
        if (!(fields.get(Message.ROLE) instanceof String role)
                || !(readable(fields.get(Message.CONTENT)) || calls && fields.get(Message.CONTENT) == null)) {
            throw malformed(
                    number,
                    "role " + Columns.kind(fields.get(Message.ROLE)) + " and content "
                            + Columns.kind(fields.get(Message.CONTENT)));
        }
        if (fields.get(Message.CONTENT) instanceof List<?> parts) {
            requireText(parts, number);
        }
        boolean assistant = role.equals(Message.ASSISTANT);
        boolean learned = learned(fields, number, assistant);
        double weight = fields.get(WEIGHT) instanceof Number value ? value.doubleValue() : 1;
        fields.remove(WEIGHT);
        fields.remove(TRAIN);
        return new Message(fields, learned, learned ? weight : 1);
    }

    private Map<String, @Nullable Object> fields(Map<?, ?> turn, int number) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        turn.forEach((key, value) -> fields.put(String.valueOf(key), value));
        return ShareGpt.writes(fields) ? ShareGpt.plain(fields, where(number)) : fields;
    }

    private static boolean readable(@Nullable Object content) {
        return content instanceof String || content instanceof List<?> parts && !parts.isEmpty();
    }

    /// Whether a value holds anything that could be lost.
    static boolean says(@Nullable Object value) {
        return switch (value) {
            case null -> false;
            case String text -> !text.isEmpty();
            case List<?> list -> !list.isEmpty();
            case Map<?, ?> map -> !map.isEmpty();
            default -> true;
        };
    }

    private void requireText(List<?> parts, int number) {
        for (Object part : parts) {
            if (!(part instanceof Map<?, ?> map) || !(map.get("type") instanceof String type)) {
                throw new LotaException(where(number) + " has a content part that" + " is " + Columns.kind(part)
                        + ", expected an object with 'type' and 'text'.");
            }
            if (!type.equals("text") || !(map.get("text") instanceof String)) {
                throw new LotaException(where(number) + " has a content part of"
                        + " the type '" + type + "'"
                        + (type.equals("text") ? " without the string 'text'." : "; only parts of text can be taken."));
            }
        }
    }

    private boolean learned(Map<String, @Nullable Object> fields, int number, boolean assistant) {
        @Nullable Boolean weight = weight(fields, number);
        @Nullable Boolean train = train(fields, number);
        if (weight != null && train != null && !weight.equals(train)) {
            throw new LotaException(
                    where(number) + " has a 'weight' and a 'train' that say the opposite of each other.");
        }
        boolean asked = Boolean.TRUE.equals(weight) || Boolean.TRUE.equals(train);
        boolean silent = Boolean.FALSE.equals(weight) || Boolean.FALSE.equals(train);
        if (asked && !assistant) {
            throw new LotaException(where(number) + " asks for loss on a turn of" + " the role '"
                    + fields.get(Message.ROLE) + "'; only turns of the assistant are learned.");
        }
        return assistant && !silent;
    }

    private @Nullable Boolean weight(Map<String, @Nullable Object> fields, int number) {
        @Nullable Object value = fields.get(WEIGHT);
        if (value == null) {
            return null;
        }
        if (value instanceof Number weight && weight.doubleValue() >= 0 && Float.isFinite(weight.floatValue())) {
            return weight.doubleValue() > 0;
        }
        throw new LotaException(where(number) + " has "
                + (value instanceof Number ? "the weight " + value : Columns.kind(value) + " as 'weight'")
                + ", expected 0 (no loss on this turn) or a number over 0.");
    }

    private @Nullable Boolean train(Map<String, @Nullable Object> fields, int number) {
        @Nullable Object value = fields.get(TRAIN);
        if (value == null || value instanceof Boolean) {
            return (Boolean) value;
        }
        throw new LotaException(where(number) + " has " + Columns.kind(value) + " as 'train', expected true or false.");
    }

    private LotaException malformed(int number, String found) {
        return new LotaException(where(number) + " must have the strings 'role' and 'content' (or 'from' and"
                + " 'value'), found " + found + ".");
    }

    private String where(int number) {
        return "Message " + number + " of the column '" + column + "'";
    }
}
