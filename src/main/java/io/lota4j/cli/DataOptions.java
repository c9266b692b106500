package io.lota4j.cli;

import io.lota4j.Lota;
import io.lota4j.Rows;
import io.lota4j.data.Dataset;
import io.lota4j.data.Example;
import io.lota4j.data.Labels;
import io.lota4j.data.Labels.LossOn;
import io.lota4j.data.file.RowFile;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Where examples come from and how a row becomes a chat, as a picocli mixin. A command that reads them
/// requires [#REQUIRED].
final class DataOptions {
    /// Not required by the parser: a command may have a use that takes no data.
    static final String REQUIRED = "--data";

    /// With it a command prints and writes nothing.
    static final String PREVIEW = "--preview";

    @Reads
    @Option(
            names = REQUIRED,
            paramLabel = "F",
            description = "The data: JSONL, a JSON array, CSV, TSV or Parquet, also as .gz or .zst; required where data"
                    + " is used.")
    @SuppressWarnings("NullAway.Init") // set by picocli, or not asked for
    private Path data;

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

    @Option(
            names = "--limit",
            paramLabel = "N",
            converter = Numbers.Count.class,
            description = "Use the first N rows only.")
    private int limit = Dataset.ALL;

    @Option(
            names = PREVIEW,
            paramLabel = "N",
            converter = Numbers.CountOrNone.class,
            description = "Print the tokens of the first N examples, those with loss in brackets, and stop.")
    private int preview;

    private boolean weighted;

    /// Has the weights of rows and turns read from now on, or not.
    void readWeights(boolean read) {
        weighted = read;
    }

    /// How many rows there are to take, without looking at them more closely than that they are JSON.
    int rows() {
        return rows(data, limit);
    }

    /// As [#rows()], of another file.
    static int rows(Path file, int limit) {
        QuietLibraries.quieten();
        AtomicInteger rows = new AtomicInteger();
        RowFile.of(file).each(limit, row -> rows.incrementAndGet());
        return rows.get();
    }

    /// Loads the rows in the tokens of a base, saying on `err` which were left out.
    Dataset load(Lota lota, PrintWriter err) {
        return load(lota, data, limit, err);
    }

    /// As [#load(Lota, PrintWriter)], another file with rows of the same kind.
    Dataset load(Lota lota, Path file, int most, PrintWriter err) {
        QuietLibraries.quieten();
        Dataset dataset = lota.data(
                file, new Rows(prompt, completion, maxLength, most, allowSpecial, new Labels(lossOn, weighted)));
        dataset.notices().forEach(notice -> err.println("lota: " + notice));
        return dataset;
    }

    /// Whether only a preview was asked for.
    boolean previews() {
        return preview > 0;
    }

    /// Whether only a preview was asked for; prints it then.
    boolean previewed(Dataset dataset, Lota lota, PrintWriter out) {
        for (Example example : dataset.examples()
                .subList(0, Math.min(preview, dataset.examples().size()))) {
            out.println(lota.preview(example));
            out.println();
        }
        return preview > 0;
    }
}
