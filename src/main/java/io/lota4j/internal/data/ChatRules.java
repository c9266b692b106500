package io.lota4j.internal.data;

import io.lota4j.LotaException;
import io.lota4j.internal.Suggestions;
import io.lota4j.internal.jinja.Marked;
import io.lota4j.internal.jinja.PythonText;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Holds chats against the template that shall write them: what it would lose is refused.
///
/// @param template the model's
record ChatRules(ChatTemplate template) {
    private static final List<String> ROLES = List.of("system", "developer", "user", "assistant", "tool", "function");

    /// What a role may be made of; a template that quotes a control token does not name a role.
    private static final Pattern NAME = Pattern.compile("[\\w-]+");

    /// What other programs call these roles.
    private static final Map<String, String> OTHER_NAMES = Map.ofEntries(
            Map.entry("gpt", "assistant"),
            Map.entry("bot", "assistant"),
            Map.entry("ai", "assistant"),
            Map.entry("model", "assistant"),
            Map.entry("chatbot", "assistant"),
            Map.entry("chatgpt", "assistant"),
            Map.entry("agent", "assistant"),
            Map.entry("response", "assistant"),
            Map.entry("human", "user"),
            Map.entry("prompter", "user"),
            Map.entry("customer", "user"),
            Map.entry("instruction", "system"));

    /// Names under which a turn is found again, and links between turns: leaving them out loses nothing said.
    private static final Set<String> BOOKKEEPING = Set.of(
            "id",
            "uuid",
            "message_id",
            "parent_id",
            "tool_call_id",
            "index",
            "timestamp",
            "created_at",
            "create_time",
            "metadata");

    /// The chat as the template takes it.
    ///
    /// @throws LotaException if the template would lose or misread something
    Chat checked(Chat chat) {
        if (template instanceof PlainTemplate) {
            return requirePair(chat);
        }
        Chat readable = withContents(chat);
        requireRoles(readable);
        requireVariables(readable);
        for (int turn = 0; turn < readable.messages().size(); turn++) {
            requireFields(readable, turn);
        }
        return readable;
    }

    private static Chat requirePair(Chat chat) {
        if (chat.pair() == null) {
            throw new LotaException("The row is a chat, and the model has no chat template that says how its roles are"
                    + " written. Take a model with a chat template, put one into the model's directory as"
                    + " chat_template.jinja, or give rows of 'prompt' and 'completion' as plain text.");
        }
        return chat;
    }

    private void requireRoles(Chat chat) {
        for (int turn = 0; turn < chat.messages().size(); turn++) {
            String role = chat.messages().get(turn).role();
            String known = OTHER_NAMES.get(role.toLowerCase(Locale.ROOT));
            boolean word = NAME.matcher(role).matches();
            if (known == null && word && (ROLES.contains(role) || template.writesRole(role))) {
                continue;
            }
            String near = known != null
                    ? known
                    : ROLES.stream()
                            .filter(name -> name.equalsIgnoreCase(role.strip()))
                            .findFirst()
                            .or(() -> Suggestions.nearest(role, ROLES))
                            .orElse(null);
            throw new LotaException("Message " + (turn + 1) + " has the role '" + role + "'"
                    + (near == null ? "" : " (did you mean '" + near + "'?)") + ", expected one of "
                    + String.join(", ", ROLES) + " or another that the chat template names.");
        }
    }

    private void requireVariables(Chat chat) {
        chat.variables().forEach((name, value) -> {
            if (!template.mentions(name) && Turns.says(value)) {
                throw unread("The row's '" + name + "'");
            }
        });
    }

    private void requireFields(Chat chat, int turn) {
        Message message = chat.messages().get(turn);
        message.fields().forEach((name, value) -> {
            boolean needed = !name.equals(Message.ROLE) && !name.equals(Message.CONTENT) && Turns.says(value);
            if (needed && !BOOKKEEPING.contains(name) && !reads(chat, turn, name)) {
                throw unread("The field '" + name + "' of message " + (turn + 1));
            }
        });
    }

    /// A `name` of one thing, such as a function's, is read by many templates that leave out who speaks.
    private boolean reads(Chat chat, int turn, String field) {
        if (field.equals("name") && chat.messages().get(turn).role().equals("tool")) {
            return true;
        }
        if (!field.equals("name") && template.mentions(field)) {
            return true;
        }
        Chat said = withoutNulls(chat);
        Message without = said.messages().get(turn).without(field);
        return !text(said).equals(text(said.with(turn, without)));
    }

    /// For templates that take no content of null, which are to be told apart by other fields.
    private static Chat withoutNulls(Chat chat) {
        List<Message> messages = chat.messages().stream()
                .map(message ->
                        message.fields().get(Message.CONTENT) == null ? message.with(Message.CONTENT, "") : message)
                .toList();
        return new Chat(messages, chat.variables(), chat.pair(), chat.unread());
    }

    private LotaException unread(String what) {
        return new LotaException(what + " is not read by the " + template.description()
                + ", so it would be lost. Remove it from the data, or take a model whose template reads it.");
    }

    private String text(Chat chat) {
        return template.render(chat, chat.messages().size(), false).text();
    }

    /// Parts of text as a text where the template takes no parts; one part only, for nothing says what is between two.
    private Chat withContents(Chat chat) {
        // A pair is two texts, which keep what is known of where they came from.
        if (chat.pair() != null || template.mentions("text") && template.mentions("type")) {
            return chat;
        }
        List<Message> messages = new ArrayList<>();
        for (Message message : chat.messages()) {
            @Nullable Object content = message.fields().get(Message.CONTENT);
            if (!(content instanceof List<?> parts)) {
                messages.add(message);
            } else if (parts.size() == 1 && parts.getFirst() instanceof Map<?, ?> part) {
                messages.add(message.with(Message.CONTENT, String.valueOf(part.get("text"))));
            } else {
                throw new LotaException("Message " + (messages.size() + 1) + " has a content of " + parts.size()
                        + " parts, and the " + template.description()
                        + " takes none. Join them to one text as they shall be read.");
            }
        }
        return new Chat(messages, chat.variables(), null, chat.unread());
    }

    /// Refuses a rendering in which a turn is missing, or a content of null became a word.
    void requireAllTurns(Chat chat, int turns, Marked rendering) {
        Chat said = new Chat(chat.messages().subList(0, turns), chat.variables(), null, List.of());
        for (int turn = 0; turn < turns; turn++) {
            Message message = said.messages().get(turn);
            String content = PythonText.strip(message.content());
            if (!content.isEmpty() && !rendering.text().contains(content) && vanishes(said, turn, rendering)) {
                throw new LotaException("The " + template.description() + " leaves out message " + (turn + 1)
                        + " (role '" + message.role() + "'), so it would be lost.");
            }
            if (message.fields().containsKey(Message.CONTENT)
                    && message.fields().get(Message.CONTENT) == null
                    && noneWritten(said, turn, rendering)) {
                throw new LotaException("The " + template.description() + " writes 'None' for the content null of"
                        + " message " + (turn + 1) + "; write \"\" instead.");
            }
        }
    }

    private boolean vanishes(Chat chat, int turn, Marked whole) {
        if (chat.messages().size() == 1) {
            return true;
        }
        String other = PythonText.strip(chat.messages().get(turn).content()) + "lota4jOther";
        Chat changed = chat.with(turn, chat.messages().get(turn).with(Message.CONTENT, other));
        return text(changed).equals(whole.text());
    }

    private boolean noneWritten(Chat chat, int turn, Marked whole) {
        Message empty = chat.messages().get(turn).with(Message.CONTENT, "");
        return count(whole.text()) > count(text(chat.with(turn, empty)));
    }

    private static int count(String text) {
        return text.split("None", -1).length;
    }
}
