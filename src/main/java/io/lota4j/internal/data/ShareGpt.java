package io.lota4j.internal.data;

import io.lota4j.LotaException;
import io.lota4j.internal.data.file.Columns;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Turns as ShareGPT writes them: `from` for `role`, `value` for `content`, and names of its own for who speaks.
final class ShareGpt {
    static final String FROM = "from";
    static final String VALUE = "value";

    private static final Map<String, String> ROLES = roles();

    private ShareGpt() {}

    private static Map<String, String> roles() {
        Map<String, String> roles = new LinkedHashMap<>();
        roles.put("human", Message.USER);
        roles.put("gpt", Message.ASSISTANT);
        for (String role : new String[] {"system", "tool", Message.USER, Message.ASSISTANT}) {
            roles.put(role, role);
        }
        return roles;
    }

    /// Whether a turn is written so.
    static boolean writes(Map<?, ?> turn) {
        return turn.containsKey(FROM) && !turn.containsKey(Message.ROLE);
    }

    /// The turn's fields under their usual names, in their order.
    ///
    /// @param where names the turn, as the subject of an error message
    /// @throws LotaException if it is from somebody unknown, or has a content beside the value
    static Map<String, @Nullable Object> plain(Map<String, @Nullable Object> turn, String where) {
        if (turn.containsKey(VALUE) && turn.containsKey(Message.CONTENT)) {
            throw new LotaException(where + " has a 'value' and a 'content', expected one of them.");
        }
        Map<String, @Nullable Object> plain = new LinkedHashMap<>();
        turn.forEach((name, value) -> {
            switch (name) {
                case FROM -> plain.put(Message.ROLE, role(value, where));
                case VALUE -> plain.put(Message.CONTENT, value);
                default -> plain.put(name, value);
            }
        });
        return plain;
    }

    private static String role(@Nullable Object from, String where) {
        String role = from instanceof String name ? ROLES.get(name) : null;
        if (role == null) {
            throw new LotaException(where + " is from "
                    + (from instanceof String name ? "'" + name + "'" : Columns.kind(from)) + ", expected one of "
                    + String.join(", ", ROLES.keySet()) + ".");
        }
        return role;
    }
}
