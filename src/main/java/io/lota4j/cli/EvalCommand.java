package io.lota4j.cli;

import io.lota4j.EvalOptions;
import io.lota4j.Lota;
import io.lota4j.LotaException;
import io.lota4j.data.Dataset;
import io.lota4j.eval.Evaluation;
import io.lota4j.internal.Text;
import io.lota4j.internal.eval.ScoreFiles;
import io.lota4j.ticket.Ticket;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command
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
    @Option(names = "--json", paramLabel = "F", description = "Write the scores as JSON.")
    private @Nullable Path json;

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
    void addTo(Places places) {
        data.addTo(places, badRowsBeside());
    }

    private @Nullable Path badRowsBeside() {
        return json != null ? json : details;
    }

    @Override
    boolean usesKernel() {
        return generate > 0;
    }

    @Override
    Plan plan() {
        return model.plan(new Plan(), err())
                .line("data", Text.format("%,d rows", data.rows()))
                .line("answers", generate > 0 ? "greedy, at most " + generate + " tokens each" : "none");
    }

    @Override
    int execute() {
        try (Lota lota = warned(model.open())) {
            Dataset examples = data.load(lota, err());
            if (data.previewed(examples, lota, out())) {
                return ExitCode.OK;
            }
            if (examples.pairs()) {
                err().println("lota: the rows are pairs of answers; the chosen ones are scored");
            }
            Evaluation scores = evaluate(lota, examples);
            print(scores, out());
            scores.roomNotice(generate).ifPresent(notice -> err().println("lota: " + notice));
            ScoreFiles.write(scores, examples, json, details);
            data.listBadRows(examples, badRowsBeside()).ifPresent(err()::println);
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
        List<Ticket> tickets = model.tickets(err());
        model.warn(tickets, err());
        try (ProgressBar bar = ProgressBar.on(err(), "eval")) {
            long start = System.nanoTime();
            return lota.evaluate(
                    examples,
                    tickets,
                    new EvalOptions(batch, generate, pattern()),
                    (done, all, tokens) ->
                            bar.update(done, all, tokens / ((System.nanoTime() - start) / 1e9), Double.NaN),
                    () -> false);
        }
    }

    private static void print(Evaluation scores, PrintWriter out) {
        out.println(Text.format(
                "loss %.4f per response token (%d examples, %d response tokens), %.0f tokens/s",
                scores.loss(), scores.examples().size(), scores.responseTokens(), scores.tokens() / scores.seconds()));
        scores.accuracy()
                .ifPresent(accuracy -> out.println(Text.format(
                        "accuracy %s (%d of %d), %d unparsed, %.0f new tokens/s",
                        Words.percent(accuracy),
                        scores.correct(),
                        scores.examples().size(),
                        scores.unparsed(),
                        scores.generatedTokens() / scores.generationSeconds())));
    }
}
