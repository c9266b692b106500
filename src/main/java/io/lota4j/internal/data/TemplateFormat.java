package io.lota4j.internal.data;

import io.lota4j.internal.data.file.Row;
import java.util.List;

/// A prompt and a completion out of two templates.
record TemplateFormat(TextTemplate prompt, TextTemplate completion) implements ExampleFormat {
    @Override
    public Chat chat(Row row) {
        return Chat.of(prompt.fill(row), completion.fill(row), List.of());
    }
}
