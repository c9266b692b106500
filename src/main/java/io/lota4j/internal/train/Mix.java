package io.lota4j.internal.train;

import io.lota4j.LotaException;
import io.lota4j.data.Dataset;
import io.lota4j.data.Example;
import io.lota4j.internal.Text;
import io.lota4j.train.TrainConfig;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Rows that a run mixes into its own so that what was known stays: of the B examples of a step `perBatch` = m are
/// theirs. Every source is drawn alike, by an order of its own.
///
/// @param sources of rows, at least one
/// @param answers which answers count
/// @param loss what is minimised on them
/// @param perBatch rows of a step, at least 1
/// @param generate most new tokens of an own answer, at least 1
/// @param stop token ids that end an own answer
/// @param recovery makes rows of some that begin with another answer, or null for the rows as
///     they are
public record Mix(
        List<Dataset> sources,
        Answers answers,
        Loss loss,
        int perBatch,
        int generate,
        Set<Integer> stop,
        @Nullable Recovery recovery) {
    /// The key of [Dataset#origin()] for the digest of the secret under which a source's rows
    /// stand.
    public static final String SECRET = "secret";

    /// Which answers of a mix's rows count.
    public enum Answers {
        /// What the model answers before the run's first step, greedily: no labels are needed.
        OWN,
        /// The rows' own.
        GIVEN
    }

    /// What is minimised on a mix's rows.
    public enum Loss {
        /// How far what the model expects at the answers' tokens is from what it expected before the
        /// run: the loss of a step is `((B - m) task + m KL) / B`, KL the mean over the tokens of the m
        /// rows, nats. This is self-distilled replay; answers of the model itself are replayed by SSR
        /// (arXiv 2403.01244).
        KL,
        /// The run's objective, as for all rows; where it is a constraint, cross entropy without it.
        CE
    }

    /// Rows as they are.
    public Mix(List<Dataset> sources, Answers answers, Loss loss, int perBatch, int generate, Set<Integer> stop) {
        this(sources, answers, loss, perBatch, generate, stop, null);
    }

    /// @throws LotaException if a number is out of its range, or the loss is [Loss#KL] of answers that are given
    public Mix {
        sources = List.copyOf(sources);
        stop = Set.copyOf(stop);
        if (sources.isEmpty()) {
            throw new IllegalArgumentException("a mix of nothing");
        }
        Ranges ranges = new Ranges()
                .atLeast(1, perBatch, "rows of a step that are mixed in")
                .atLeast(1, generate, "most new tokens of an answer");
        problem(answers, loss).forEach(ranges::problem);
        ranges.requireNone();
        if (recovery != null
                && (answers != Answers.GIVEN
                        || sources.size() > 1
                        || recovery.complying().size()
                                != sources.getFirst().examples().size())) {
            throw new IllegalArgumentException("recovery of other rows than those of one source with given answers");
        }
        if (answers == Answers.OWN) {
            sources.forEach(Dataset::requirePrompts);
        }
    }

    /// What is wrong with a choice of answers and loss, if anything is.
    public static List<String> problem(Answers answers, Loss loss) {
        return loss == Loss.KL && answers != Answers.OWN
                ? List.of("The loss kl compares with what the model expected at answers of its own; take own answers,"
                        + " or the loss ce.")
                : List.of();
    }

    /// Refuses a run that these rows cannot be mixed into.
    ///
    /// @throws LotaException if it has no room for them, or minimises what does not go with them
    public void requireFit(TrainConfig config) {
        if (perBatch >= config.stepExamples()) {
            throw new LotaException(Text.format(
                    "A step has %d examples, of which %d would be mixed in: nothing would be left of the task. Mix in"
                            + " fewer, or take larger batches.",
                    config.stepExamples(), perBatch));
        }
        if (loss == Loss.KL && config.local() != null) {
            throw new LotaException("Rows are compared with the run's start in steps that all shards take together, and"
                    + " this run's shards take theirs apart. Take the loss ce for what is mixed in, or leave the inner"
                    + " steps out.");
        }
        if (loss == Loss.KL) {
            return;
        }
        sources.forEach(config::requireFits);
        if (answers == Answers.OWN
                && (config.objective().onMixedRows().needsReference()
                        || config.objective().sequences() > 1)) {
            throw new LotaException(Text.format(
                    "The objective '%s' cannot be minimised on answers that the model gives itself. Take the loss kl"
                            + " for what is mixed in.",
                    config.objective().name()));
        }
    }

    /// In words: all that decides what is mixed in, but for the rows.
    public String text() {
        String own = answers == Answers.OWN ? Text.format(" generate %d", generate) : "";
        String begun = recovery == null ? "" : " " + recovery.text();
        return Text.format("answers %s loss %s per batch %d%s%s", word(answers), word(loss), perBatch, own, begun);
    }

    /// Values that a run keeps beside the `trained` ones: as many again where it compares with its start.
    ///
    /// @param mix of the run, or null for none
    public static long copies(@Nullable Mix mix, long trained) {
        return mix != null && mix.loss == Loss.KL ? trained : 0;
    }

    private static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    /// Puts into a run's identity what is mixed in: own answers depend on the prompts alone.
    void addTo(Map<String, String> identity) {
        identity.put("mixed in", text());
        for (int source = 0; source < sources.size(); source++) {
            List<Example> rows = sources.get(source).examples();
            identity.put(
                    "mixed in " + source,
                    Provenance.digest(
                            answers == Answers.OWN
                                    ? rows.stream().map(Mix::prompt).toList()
                                    : rows));
        }
        if (recovery != null) {
            identity.put("recovery", Provenance.digest(recovery.complying()));
        }
    }

    /// The first rows that a run draws.
    ///
    /// @param most how many
    public List<Example> drawn(TrainConfig config, int most) {
        MixRows rows = new MixRows(this, config, 0);
        return LongStream.range(0, Math.ceilDiv(most, perBatch))
                .boxed()
                .flatMap(step -> rows.of(step).stream())
                .limit(most)
                .map(Sample::example)
                .toList();
    }

    private static Example prompt(Example row) {
        int[] ids = row.promptIds();
        return new Example(row.row(), ids, new boolean[ids.length], ids, row.prompt(), "");
    }

    /// Puts into what is made of a run what was mixed in.
    void addToProvenance(Map<String, String> provenance) {
        provenance.put("mix", text());
        provenance.put(
                "mix_data",
                sources.stream()
                        .map(source ->
                                Text.format("%d rows of %s", source.examples().size(), source.digests()))
                        .collect(Collectors.joining("; ")));
        sources.stream()
                .flatMap(source -> Stream.ofNullable(source.origin().get(SECRET)))
                .forEach(digest -> provenance.put("mix_secret", digest));
    }
}
