package io.lota4j.cli;

import io.lota4j.EvalOptions;
import io.lota4j.Lota;
import io.lota4j.LotaException;
import io.lota4j.data.Dataset;
import io.lota4j.eval.Evaluation;
import io.lota4j.internal.Text;
import io.lota4j.internal.eval.ScoreFiles;
import io.lota4j.ticket.Ticket;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command
@Prints(
        value = {
            Key.LOSS,
            Key.EXAMPLES,
            Key.RESPONSE_TOKENS,
            Key.TOKENS_PER_SECOND,
            Key.LEFT_OUT,
            Key.DATA_SHA256,
            Key.TOKENS,
            Key.SECONDS
        },
        sometimes = {
            Key.ACCURACY,
            Key.CORRECT,
            Key.UNPARSED,
            Key.SHORT_OF_ROOM,
            Key.NEW_TOKENS_PER_SECOND,
            Key.GENERATED_TOKENS,
            Key.GENERATION_SECONDS
        })
final class EvalCommand extends BaseCommand {
    @Mixin
    private ModelOptions model = new ModelOptions();

    @Mixin
    private DataOptions data = new DataOptions();

    @Option(
            names = "--batch",
            paramLabel = "B",
            defaultValue = "8",
            converter = Numbers.Count.class,
            description = "Examples per batch; scores do not depend on it (default: ${DEFAULT-VALUE}).")
    private int batch;

    @Option(
            names = "--generate",
            paramLabel = "K",
            converter = Numbers.Count.class,
            description = "Also generate greedy answers of at most K tokens and compare them with the reference.")
    private int generate;

    @Option(
            names = "--answer",
            paramLabel = "REGEX",
            description = "With --generate: compare only what the first group of this expression captures (in its last"
                    + " match).")
    private @Nullable String answer;

    @Writes(OutputKind.REPORT)
    @Option(names = "--scores", paramLabel = "F.json", description = "Write the scores as JSON to a file too.")
    private @Nullable Path scores;

    @Writes(OutputKind.REPORT)
    @Option(names = "--details", paramLabel = "F.jsonl", description = "Write one JSON line per example.")
    private @Nullable Path details;

    @Override
    void checkOptions(OptionRules rules) {
        rules.require(DataOptions.REQUIRED);
    }

    @Override
    void check() {
        pattern();
        data.refuseWeights("eval, which takes every row once");
    }

    @Override
    void addTo(CommandPaths places) {
        data.addTo(places, badRowsBeside());
    }

    private @Nullable Path badRowsBeside() {
        return scores != null ? scores : details;
    }

    @Override
    boolean usesKernel() {
        return generate > 0;
    }

    @Override
    DryRun plan() {
        return model.plan(new DryRun(), messages())
                .line("data", Text.format("%,d rows", data.rows()))
                .line("answers", generate > 0 ? "greedy, at most " + generate + " tokens each" : "none");
    }

    @Override
    int execute(Result result) {
        try (Lota lota = warned(model.open())) {
            Dataset examples = data.load(lota, messages());
            if (data.previewed(examples, lota, result)) {
                return ExitCode.OK;
            }
            if (examples.pairs()) {
                messages().note("lota: the rows are pairs of answers; the chosen ones are scored");
            }
            Evaluation found = evaluate(lota, examples);
            print(found, result);
            ScoreFiles.summary(found, examples).forEach((name, value) -> {
                Key key = Key.of(name);
                if (!result.has(key)) {
                    result.also(key, value);
                }
            });
            found.roomNotice(generate).ifPresent(notice -> messages().tell("lota: " + notice));
            ScoreFiles.write(found, examples, scores, details);
            data.listBadRows(examples, badRowsBeside()).ifPresent(messages()::tell);
        }
        return ExitCode.OK;
    }

    private @Nullable Pattern pattern() {
        if (answer == null) {
            return null;
        }
        if (generate <= 0) {
            throw new LotaException("--answer needs --generate: without it there are no answers to look at.");
        }
        try {
            return Pattern.compile(answer);
        } catch (PatternSyntaxException e) {
            throw new LotaException("--answer is not a regular expression: " + e.getMessage(), e);
        }
    }

    private Evaluation evaluate(Lota lota, Dataset examples) {
        List<Ticket> tickets = model.tickets(messages());
        model.warn(tickets, messages());
        try (ProgressBar bar = messages().bar("eval")) {
            return lota.evaluate(
                    examples, tickets, new EvalOptions(batch, generate, pattern()), bar::tokens, () -> false);
        }
    }

    private static void print(Evaluation scores, Result result) {
        int examples = scores.examples().size();
        result.say(
                "loss %s per response token (%s examples, %s response tokens), %s tokens/s",
                Figure.real(Key.LOSS, scores.loss(), 4),
                Figure.of(Key.EXAMPLES, examples),
                Figure.of(Key.RESPONSE_TOKENS, scores.responseTokens()),
                Figure.real(Key.TOKENS_PER_SECOND, scores.tokens() / scores.seconds(), 0));
        scores.accuracy()
                .ifPresent(accuracy -> result.say(
                        "accuracy %s (%s of " + examples + "), %s unparsed, %s new tokens/s",
                        Figure.share(Key.ACCURACY, accuracy),
                        Figure.of(Key.CORRECT, scores.correct()),
                        Figure.of(Key.UNPARSED, scores.unparsed()),
                        Figure.real(
                                Key.NEW_TOKENS_PER_SECOND, scores.generatedTokens() / scores.generationSeconds(), 0)));
    }
}
