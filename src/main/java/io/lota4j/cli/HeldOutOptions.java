package io.lota4j.cli;

import io.lota4j.Lota;
import io.lota4j.data.Dataset;
import io.lota4j.data.file.DataFiles;
import io.lota4j.internal.Text;
import io.lota4j.train.HeldOut;
import io.lota4j.train.HeldOut.Keep;
import io.lota4j.train.TrainConfig;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Rows that a run is scored on while it trains, as a picocli mixin.
final class HeldOutOptions {
    static final String DATA = "--eval-data";

    /// Scores of a run whose user does not say how often.
    private static final long SCORES = 10;

    @Reads
    @Option(
            names = DATA,
            paramLabel = "F",
            description = "Held-out rows: their loss is told while training; columns and templates as in --data.")
    private @Nullable Path data;

    @Option(
            names = "--eval-split",
            paramLabel = "NAME",
            description = "Which split of a folder of held-out rows is taken (default: train).")
    private @Nullable String split;

    @Option(
            names = "--eval-every",
            paramLabel = "K",
            converter = Numbers.LongCount.class,
            description = "Score the held-out rows every K steps, and at the end (default: a tenth of the steps).")
    private @Nullable Long every;

    @Option(
            names = "--eval-limit",
            paramLabel = "N",
            converter = Numbers.Count.class,
            description = "Score the first N held-out rows only.")
    private @Nullable Integer limit;

    @Option(
            names = "--keep",
            paramLabel = "WHICH",
            description = "best: the weights of the step with the lowest held-out loss; last: those of the last step"
                    + " (default: best).")
    private @Nullable Keep keep;

    @Option(
            names = "--patience",
            paramLabel = "N",
            converter = Numbers.Count.class,
            description = "Stop after N scores in a row without a lower held-out loss (default: never).")
    private @Nullable Integer patience;

    /// Refuses options that nobody would read.
    void check(OptionRules rules) {
        if (data == null) {
            List.of("--eval-every", "--eval-split", "--eval-limit", "--keep", "--patience")
                    .forEach(option -> rules.refuse(option, "a run without " + DATA));
        }
    }

    /// Whether there are held-out rows.
    boolean areGiven() {
        return data != null;
    }

    /// Loads the rows in the tokens of a base, saying in `messages` which were left out.
    ///
    /// @param rows how the run's own rows are read
    /// @return null for a run without held-out rows
    @Nullable
    HeldOut load(Lota lota, DataOptions rows, TrainConfig config, Messages messages) {
        return data == null ? null : of(rows.load(lota, files(data), limit(), messages), config);
    }

    private DataFiles files(Path path) {
        QuietLibraries.quieten();
        DataFiles files = DataFiles.of(path);
        return split == null ? files : files.split(split);
    }

    private int limit() {
        return limit == null ? Dataset.ALL : limit;
    }

    private HeldOut of(Dataset dataset, TrainConfig config) {
        return new HeldOut(dataset, every(config), keep(), patience == null ? 0 : patience);
    }

    /// Whether the run ends with the weights of its best step.
    boolean keepsBest() {
        return data != null && keep() == Keep.BEST;
    }

    private Keep keep() {
        return keep == null ? Keep.BEST : keep;
    }

    private long every(TrainConfig config) {
        return every == null ? Math.ceilDiv(config.steps(), SCORES) : every;
    }

    /// Adds to a plan what the scores take.
    void addTo(DryRun plan, TrainConfig config) {
        if (data != null) {
            long scores = Math.ceilDiv(config.steps(), every(config));
            plan.line(
                    "held out",
                    Text.format(
                            "%,d rows of %s, scored %,d %s",
                            files(data).count(limit()), data, scores, scores == 1 ? "time" : "times"));
        }
    }

    /// Trained values that a run keeps beside those that it trains.
    long copies(long trained) {
        return data == null ? 0 : HeldOut.copies(keep(), trained);
    }
}
