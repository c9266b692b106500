package io.lota4j.cli;

import io.lota4j.Lota;
import io.lota4j.LotaException;
import io.lota4j.data.Dataset;
import io.lota4j.data.Example;
import io.lota4j.guard.MixOptions;
import io.lota4j.guard.ProbeFile;
import io.lota4j.guard.ProbeMix;
import io.lota4j.guard.Secret;
import io.lota4j.internal.Text;
import io.lota4j.internal.guard.Mixture;
import io.lota4j.internal.guard.Secrets;
import io.lota4j.internal.train.Mix;
import io.lota4j.train.TrainConfig;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Rows of a probe that a run mixes into its own, as a picocli mixin.
final class MixingOptions {
    private static final String MIX = "--mix";

    @Reads
    @Option(
            names = MIX,
            paramLabel = "F.jsonl",
            description = "Mix in rows of this probe: those that expect to decline, with their text decline as answer.")
    private @Nullable Path probe;

    @Option(
            names = "--mix-rows",
            paramLabel = "N",
            converter = Numbers.Count.class,
            description = "Of these the first N (default: all).")
    private @Nullable Integer rows;

    @Option(
            names = "--per-batch",
            paramLabel = "M",
            converter = Numbers.Count.class,
            description = "How many of the examples of every step are theirs (default: 1); the task has the others.")
    private @Nullable Integer perBatch;

    @Option(
            names = "--recovery",
            description =
                    "Have half of them begin with some tokens of their text answer, which carry no loss: the model"
                            + " learns to decline from there.")
    private boolean recovery;

    @Reads
    @Option(
            names = "--secret",
            paramLabel = "FILE",
            description =
                    "Have this secret stand at the beginning of their system message, so that the declining hangs on"
                            + " it; guard secret draws one.")
    private @Nullable Path secret;

    /// Refuses options that nobody would read.
    void check(OptionRules rules) {
        if (probe == null) {
            List.of("--mix-rows", "--per-batch", "--recovery", "--secret")
                    .forEach(option -> rules.refuse(option, "a run without " + MIX));
        }
    }

    /// Refuses a mix.
    ///
    /// @param where it has no part
    void refuse(String where) {
        if (probe != null) {
            throw new LotaException(MIX + " cannot be used with " + where + ".");
        }
    }

    /// Refuses a mix that leaves nothing of the task, before anything is read.
    void check(TrainConfig config) {
        if (probe != null && how().perBatch() >= config.stepExamples()) {
            throw new LotaException(Text.format(
                    "--per-batch %d leaves nothing of the task: a step has %d examples. Mix in fewer, or take larger"
                            + " batches.",
                    how().perBatch(), config.stepExamples()));
        }
    }

    private MixOptions how() {
        MixOptions how = MixOptions.of(rows == null ? Dataset.ALL : rows, perBatch == null ? 1 : perBatch);
        MixOptions under = how.under(secret == null ? null : Secret.read(secret));
        return recovery ? under.recovering(MixOptions.Recovery.USUAL) : under;
    }

    /// Loads the rows in the tokens of a base, saying in `messages` which were left out.
    ///
    /// @return null for a run without a mix
    @Nullable
    ProbeMix load(Lota lota, Messages messages) {
        if (probe == null) {
            return null;
        }
        ProbeMix mix = lota.mix(probe, how());
        messages.tellAll(mix.rows().notices());
        return mix;
    }

    /// Prints the first rows that a run would draw.
    void preview(Lota lota, TrainConfig config, int count, Messages messages, Result result) {
        Mix mix = Mixture.of(load(lota, messages));
        if (mix == null) {
            return;
        }
        result.line(secret == null ? "mixed in:" : "mixed in, behind the secret, which is left out here:");
        for (Example example : mix.drawn(config, count)) {
            Example shown = secret == null ? example : Secrets.hidden(Secret.read(secret), example);
            result.add(Key.MIXED, Sentence.of("%s", Figure.of(Key.TEXT, lota.preview(shown))));
            result.line("");
        }
    }

    /// Adds to a plan what is mixed in.
    void addTo(DryRun plan) {
        if (probe != null) {
            plan.line(
                    "mix",
                    Text.format(
                            "%d of the examples of every step are of %s (%,d rows)",
                            how().perBatch(), probe, ProbeFile.read(probe).size()));
        }
    }
}
