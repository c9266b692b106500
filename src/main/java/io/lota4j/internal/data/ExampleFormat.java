package io.lota4j.internal.data;

import io.lota4j.LotaException;
import io.lota4j.internal.data.file.Row;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// How a row becomes a chat.
public sealed interface ExampleFormat permits ExampleFormat.TemplateFormat, ExampleFormat.UnderSystem, DetectedFormat {
    /// The format for a pair of templates, or the one that rows announce themselves.
    ///
    /// In a template `{column}` stands for a column's text, `{{` and `}}` for braces, and a backslash with an n
    /// for a newline. A row becomes one user and one assistant message. Without templates a row needs `messages`
    /// or `conversations` (a list of `role` and `content`, or of ShareGPT's `from` and `value`), or `prompt` and
    /// `completion` (two texts or two lists of messages), or, as Alpaca's, `instruction` (with an optional `input`)
    /// and `output`; or, for a preference pair, `prompt`, `chosen` and `rejected`, as TRL has them.
    ///
    /// @param prompt template of what the user says, or null
    /// @param completion template of what the assistant answers; null exactly when `prompt` is
    /// @throws LotaException if only one of the two is given or one is malformed
    static ExampleFormat of(@Nullable String prompt, @Nullable String completion) {
        if (prompt == null && completion == null) {
            return new DetectedFormat();
        }
        if (prompt == null || completion == null) {
            String given = prompt == null ? "completion" : "prompt";
            String missing = prompt == null ? "prompt" : "completion";
            throw new LotaException("A " + given + " template needs a " + missing + " template beside it.");
        }
        return new TemplateFormat(TextTemplate.parse(prompt), TextTemplate.parse(completion));
    }

    /// What a row says.
    ///
    /// @throws LotaException if a column is missing or is no text; the message names the columns there
    Chat chat(Row row);

    /// What a row says with its rejected answer, where it is a pair; [#chat] is then with the chosen one.
    ///
    /// @throws LotaException as [#chat] does
    default Optional<Chat> rejected(Row row) {
        return Optional.empty();
    }

    /// The messages of a row, in order.
    ///
    /// @throws LotaException as [#chat] does
    default List<Message> messages(Row row) {
        return chat(row).messages();
    }

    /// The same with a text at the beginning of every system message, which is there then.
    default ExampleFormat under(String text) {
        return new UnderSystem(this, text);
    }

    /// Another format's chats with a text at the beginning of their system message.
    record UnderSystem(ExampleFormat format, String text) implements ExampleFormat {
        @Override
        public Chat chat(Row row) {
            return under(format.chat(row));
        }

        @Override
        public Optional<Chat> rejected(Row row) {
            return format.rejected(row).map(this::under);
        }

        private Chat under(Chat chat) {
            Message first = chat.messages().getFirst();
            return first.role().equals(Message.SYSTEM)
                    ? chat.with(0, new Message(Message.SYSTEM, text + " " + first.content()))
                    : chat.before(new Message(Message.SYSTEM, text));
        }
    }

    /// A prompt and a completion out of two templates.
    record TemplateFormat(TextTemplate prompt, TextTemplate completion) implements ExampleFormat {
        @Override
        public Chat chat(Row row) {
            return Chat.of(prompt.fill(row), completion.fill(row), List.of());
        }
    }
}
