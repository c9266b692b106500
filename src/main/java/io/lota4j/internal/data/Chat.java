package io.lota4j.internal.data;

import io.lota4j.internal.jinja.Marked;
import io.lota4j.internal.jinja.Span;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What a row says, before a chat template writes it as a text.
///
/// @param messages the turns, in order, at least one
/// @param variables what else the template is given by its name, such as `tools`
/// @param pair prompt and completion, where the row has these and names no roles: what a model without a chat
///     template can take too; else null
/// @param unread columns of the row that are no part of the chat
record Chat(
        List<Message> messages,
        Map<String, @Nullable Object> variables,
        @Nullable Pair pair,
        List<String> unread) {
    /// @param prompt what is given
    /// @param completion what is to be learned
    record Pair(Marked prompt, Marked completion) {
        /// The whole text, with nothing between.
        Marked joined() {
            List<Span> data = new ArrayList<>(prompt.data());
            int shift = prompt.text().length();
            completion.data().forEach(span -> data.add(new Span(span.start() + shift, span.end() + shift)));
            return new Marked(prompt.text() + completion.text(), data);
        }
    }

    Chat {
        messages = List.copyOf(messages);
        variables = Collections.unmodifiableMap(new LinkedHashMap<>(variables));
        unread = List.copyOf(unread);
    }

    static Chat of(List<Message> messages) {
        return new Chat(messages, Map.of(), null, List.of());
    }

    static Chat of(Marked prompt, Marked completion, List<String> unread) {
        return new Chat(
                List.of(Message.user(prompt.text()), Message.assistant(completion.text())),
                Map.of(),
                new Pair(prompt, completion),
                unread);
    }

    /// Index of the last turn that carries loss, -1 if none does.
    int lastLearned() {
        int last = messages.size() - 1;
        while (last >= 0 && !messages.get(last).learned()) {
            last--;
        }
        return last;
    }

    /// The same with loss on the last of the turns that carry it only.
    Chat lastOnly() {
        List<Message> changed = new ArrayList<>();
        int last = lastLearned();
        for (Message message : messages) {
            changed.add(message.learned() && changed.size() < last ? message.silent() : message);
        }
        return new Chat(changed, variables, pair, unread);
    }

    Chat with(int turn, Message other) {
        List<Message> changed = new ArrayList<>(messages);
        changed.set(turn, other);
        return new Chat(changed, variables, null, unread);
    }

    /// The same behind another turn.
    Chat before(Message first) {
        List<Message> changed = new ArrayList<>(messages);
        changed.addFirst(first);
        return new Chat(changed, variables, null, unread);
    }

    Chat without(int turn) {
        List<Message> changed = new ArrayList<>(messages);
        changed.remove(turn);
        return new Chat(changed, variables, null, unread);
    }
}
