package io.lota4j.cli;

import io.lota4j.Lota;
import io.lota4j.RowOptions;
import io.lota4j.data.Dataset;
import io.lota4j.data.Labels;
import io.lota4j.data.Labels.LossOn;
import io.lota4j.data.file.DataFiles;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// How a row becomes a chat, as a picocli mixin.
final class ChatOptions {
    @Option(
            names = "--prompt",
            paramLabel = "T",
            description = "Template of the user's message, with {columns}; \\n"
                    + " is a newline. Not needed for rows of messages or conversations, of prompt and completion,"
                    + " of instruction, input and output, or of prompt, chosen and rejected.")
    private @Nullable String prompt;

    @Option(
            names = "--completion",
            paramLabel = "T",
            description = "Template of the assistant's message, with {columns}.")
    private @Nullable String completion;

    @Option(
            names = "--max-length",
            paramLabel = "N",
            defaultValue = "1024",
            converter = Numbers.Count.class,
            description =
                    "Longest example in tokens; longer ones are left out and counted (default: ${DEFAULT-VALUE}).")
    private int maxLength;

    @Option(
            names = "--allow-special",
            description = "Read the text of control tokens in rows, such as <|im_end|>, as these tokens, not as text.")
    private boolean allowSpecial;

    @Option(
            names = "--loss-on",
            paramLabel = "WHICH",
            defaultValue = "all",
            description = "Which turns of the assistant carry loss, of a chat with several: all or last (default:"
                    + " ${DEFAULT-VALUE}).")
    private LossOn lossOn = LossOn.ALL;

    /// Loads rows in the tokens of a base.
    ///
    /// @param most rows of each file or folder
    /// @param weighted whether weights of rows and turns are read
    Dataset load(Lota lota, DataFiles files, int most, boolean weighted) {
        QuietLibraries.quieten();
        return lota.data(
                files, new RowOptions(prompt, completion, maxLength, most, allowSpecial, new Labels(lossOn, weighted)));
    }
}
