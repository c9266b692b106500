package io.lota4j.cli;

import io.lota4j.Lota;
import io.lota4j.LotaException;
import io.lota4j.data.Dataset;
import io.lota4j.data.Example;
import io.lota4j.data.file.BadRow;
import io.lota4j.data.file.DataFiles;
import io.lota4j.data.file.DataPart;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.AtomicFile;
import io.lota4j.internal.checkpoint.RealPath;
import io.lota4j.internal.data.file.OnBadRow;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

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
            paramLabel = "F[:WEIGHT]",
            converter = Part.class,
            description = "The data: JSONL, a JSON array, CSV, TSV or Parquet, also as .gz or .zst, a folder of such"
                    + " files, or - for standard input; required where data is used. Several are mixed: an epoch"
                    + " takes each row WEIGHT times, or once without it.")
    private List<DataPart> data = new ArrayList<>();

    @Option(
            names = "--format",
            paramLabel = "KIND",
            description = "What the data's files are: jsonl, json, csv, tsv or parquet (default: what their content"
                    + " or name shows).")
    private @Nullable String format;

    @Option(
            names = "--split",
            paramLabel = "NAME",
            description = "Which split of a folder of data is taken (default: train).")
    private @Nullable String split;

    @Option(
            names = "--on-bad-row",
            paramLabel = "WHAT",
            description = "stop: the first row that cannot be used ends the command; skip: such rows are left out and"
                + " listed in a file beside the result, but for faults that make the rest of a file unreadable: a JSON"
                + " array that breaks off, a quote in CSV that is not closed (default: stop).")
    private OnBadRow onBadRow = OnBadRow.STOP;

    /// A path with its weight.
    static final class Part implements ITypeConverter<DataPart> {
        @Override
        public DataPart convert(String value) {
            try {
                return DataPart.parse(value);
            } catch (LotaException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }

    @Mixin
    private ChatOptions rows = new ChatOptions();

    @Option(
            names = "--limit",
            paramLabel = "N",
            converter = Numbers.Count.class,
            description = "Use the first N rows of each file or folder only.")
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

    /// Refuses weights where every row is taken once.
    ///
    /// @param why such as `eval: it takes every row once`
    void refuseWeights(String why) {
        for (DataPart part : data) {
            if (part.weight() != 1) {
                throw new LotaException(
                        Text.format("%s %s: a weight cannot be used with %s. Leave it out.", REQUIRED, part, why));
            }
        }
    }

    private DataFiles files() {
        return new DataFiles(data, format, split, onBadRow == OnBadRow.SKIP);
    }

    /// How many rows an epoch takes, without looking at them more closely than that they can be read.
    int rows() {
        QuietLibraries.quieten();
        return files().count(limit);
    }

    /// Loads the rows in the tokens of a base, saying in `messages` which were left out.
    Dataset load(Lota lota, Messages messages) {
        return load(lota, files(), limit, messages);
    }

    /// As [#load(Lota, Messages)], another file with rows of the same kind.
    Dataset load(Lota lota, DataFiles files, int most, Messages messages) {
        Dataset dataset = rows.load(lota, files, most, weighted);
        if (previews() || !isPlain(dataset)) {
            dataset.read().forEach(line -> messages.note("lota: data " + line));
        }
        messages.tellAll(dataset.notices());
        return dataset;
    }

    /// The rows with some behind them, where the first of one file were taken only.
    ///
    /// @param loaded what [#load(Lota, Messages)] gave
    /// @param rows how many more, at least
    /// @return as it was loaded where there are none
    Dataset more(Lota lota, Dataset loaded, int rows) {
        if (limit == Dataset.ALL
                || data.size() > 1
                || files().parts().getFirst().path().toString().equals("-")) {
            return loaded;
        }
        int most = (int) Math.min(Dataset.ALL, (long) limit + 2L * rows);
        Dataset more = this.rows.load(lota, files(), most, weighted);
        boolean begins = more.examples().size() > loaded.examples().size()
                && Arrays.equals(
                        more.examples().get(loaded.examples().size() - 1).ids(),
                        loaded.examples().getLast().ids());
        return begins ? more : loaded;
    }

    /// Whether what was read is what anybody would expect: the rows of one file of lines.
    private static boolean isPlain(Dataset dataset) {
        return dataset.read().size() == 1
                && dataset.read().getFirst().contains(": JSONL, ")
                && !dataset.read().getFirst().contains(" of weight ");
    }

    /// Adds the file that bad rows are listed in, if they are to be skipped.
    ///
    /// @param beside the result, or null for none
    void addTo(CommandPaths places, @Nullable Path beside) {
        Path list = badRows(beside);
        if (list != null) {
            places.writes("the list of bad rows", list, OutputKind.REPORT);
        }
    }

    private @Nullable Path badRows(@Nullable Path beside) {
        return onBadRow == OnBadRow.STOP || beside == null || RealPath.isStream(RealPath.of(beside))
                ? null
                : beside.resolveSibling(beside.getFileName() + ".bad-rows.jsonl");
    }

    /// Lists the rows that were left out because they cannot be used.
    ///
    /// @param beside the result, or null for none
    /// @return a sentence on them, empty if none was to be skipped
    Optional<String> listBadRows(Dataset dataset, @Nullable Path beside) {
        if (onBadRow == OnBadRow.STOP) {
            return Optional.empty();
        }
        Path list = badRows(beside);
        String count = Text.format(
                "%,d bad %s left out", dataset.bad().size(), dataset.bad().size() == 1 ? "row was" : "rows were");
        if (list == null) {
            return Optional.of("lota: " + count + ".");
        }
        AtomicFile.write(list, BadRow.lines(dataset.bad()));
        return Optional.of(Text.format("lota: %s; %s lists them.", count, list));
    }

    /// Whether only a preview was asked for.
    boolean previews() {
        return preview > 0;
    }

    /// How many examples a preview shows.
    int preview() {
        return preview;
    }

    /// Whether only a preview was asked for; prints it then.
    boolean previewed(Dataset dataset, Lota lota, Result result) {
        for (Example example : dataset.examples()
                .subList(0, Math.min(preview, dataset.examples().size()))) {
            result.add(Key.PREVIEW, Sentence.of("%s", Figure.of(Key.TEXT, lota.preview(example))));
            result.line("");
        }
        return preview > 0;
    }
}
