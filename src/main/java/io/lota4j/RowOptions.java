package io.lota4j;

import io.lota4j.data.Dataset;
import io.lota4j.data.Labels;
import io.lota4j.data.Labels.LossOn;
import io.lota4j.internal.data.ExampleFormat;
import io.lota4j.internal.train.Ranges;
import org.jspecify.annotations.Nullable;

/// Which rows of a data file are taken, and how each becomes a chat.
///
/// @param prompt what the user says, with `{columns}` in it; null where rows say so themselves
/// @param completion what the assistant answers, likewise; null exactly when `prompt` is
/// @param maxLength most tokens of an example, at least 2; longer ones are left out and counted. Never over the model's
///     positions
/// @param limit the most rows to take, from the first on; at least 1
/// @param allowSpecial whether the text of control tokens in rows, such as `<|im_end|>`, stands for these tokens; else
///     it is text as any other
/// @param labels which tokens of a row carry loss, and how much each counts
public record RowOptions(
        @Nullable String prompt,
        @Nullable String completion,
        int maxLength,
        int limit,
        boolean allowSpecial,
        Labels labels) {
    private static final int MAX_LENGTH = 1024;

    /// @throws LotaException if only one template is given or one is malformed, or a number is out of its range
    public RowOptions {
        new Ranges()
                .atLeast(2, maxLength, "longest example in tokens")
                .atLeast(1, limit, "number of rows to take")
                .requireNone();
        ExampleFormat.of(prompt, completion);
    }

    /// Rows whose text is text, whatever it says.
    ///
    /// @throws LotaException if only one template is given or one is malformed
    public RowOptions(@Nullable String prompt, @Nullable String completion, int maxLength, int limit) {
        this(prompt, completion, maxLength, limit, false, Labels.USUAL);
    }

    /// Rows that are chats: of `messages` (role, content) or `conversations` (from, value), of `prompt` and
    /// `completion`, or of `instruction`, `input` and `output`; or preference pairs of `prompt`, `chosen` and
    /// `rejected`. All of them, of up to 1024 tokens.
    public static RowOptions chats() {
        return new RowOptions(null, null, MAX_LENGTH, Dataset.ALL);
    }

    /// Rows whose columns two templates name. In a template `{column}` stands for a column's text, `{{` and
    /// `}}` for braces, a backslash with an n for a newline. All of them, of up to 1024 tokens.
    ///
    /// @throws LotaException if a template is malformed
    public static RowOptions templates(String prompt, String completion) {
        return new RowOptions(prompt, completion, MAX_LENGTH, Dataset.ALL);
    }

    /// The first so many rows only.
    public RowOptions limit(int rows) {
        return new RowOptions(prompt, completion, maxLength, rows, allowSpecial, labels);
    }

    /// Longer or shorter examples.
    public RowOptions maxLength(int tokens) {
        return new RowOptions(prompt, completion, tokens, limit, allowSpecial, labels);
    }

    /// The text of control tokens in rows stands for these tokens: a row can then write turns and end answers.
    public RowOptions allowingSpecial() {
        return new RowOptions(prompt, completion, maxLength, limit, true, labels);
    }

    /// Loss on the last turn of the assistant only, of a chat with several.
    public RowOptions lossOnLast() {
        return new RowOptions(
                prompt, completion, maxLength, limit, allowSpecial, new Labels(LossOn.LAST, labels.weighted()));
    }

    /// The weights of rows (the column `weight`) and of turns are factors of their tokens' loss, as the objective
    /// `weighted` wants them.
    public RowOptions weighted() {
        return new RowOptions(prompt, completion, maxLength, limit, allowSpecial, new Labels(labels.on(), true));
    }

    ExampleFormat format() {
        return ExampleFormat.of(prompt, completion);
    }
}
