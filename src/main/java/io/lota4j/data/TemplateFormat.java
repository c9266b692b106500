package io.lota4j.data;

import java.util.List;

/// One user and one assistant message out of two templates.
record TemplateFormat(TextTemplate prompt, TextTemplate completion) implements ExampleFormat {
    @Override
    public List<Message> messages(Row row) {
        return List.of(Message.user(prompt.fill(row)), Message.assistant(completion.fill(row)));
    }
}
