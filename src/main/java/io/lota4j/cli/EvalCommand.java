package io.lota4j.cli;

import io.lota4j.LotaException;
import io.lota4j.data.Dataset;
import io.lota4j.data.ExampleEncoder;
import io.lota4j.data.StopTokens;
import io.lota4j.data.Tokenizer;
import io.lota4j.eval.AnswerCheck;
import io.lota4j.eval.Evaluation;
import io.lota4j.eval.Evaluator;
import io.lota4j.eval.ScoreFiles;
import io.lota4j.train.AdaptedModel;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
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
            description = "Examples a pass; scores do not depend on it (default: ${DEFAULT-VALUE}).")
    private int batch;

    @Option(
            names = "--generate",
            paramLabel = "K",
            description = "Also generate greedy answers of at most K tokens and compare them with the reference.")
    private int generate;

    @Option(
            names = "--answer",
            paramLabel = "REGEX",
            description =
                    "With --generate: compare what the first group captures (in the last match), not whole texts.")
    private @Nullable String answer;

    @Option(names = "--json", paramLabel = "F", description = "Write the scores as JSON.")
    private @Nullable Path json;

    @Option(names = "--details", paramLabel = "F.jsonl", description = "Write one row an example.")
    private @Nullable Path details;

    @Override
    void checkOptions(OptionRules rules) {
        rules.require(DataOptions.REQUIRED);
    }

    @Override
    void check() {
        Outputs.check(json);
        Outputs.check(details);
        if (batch < 1) {
            throw new LotaException("--batch must be at least 1, found " + batch + ".");
        }
        if (generate < 0) {
            throw new LotaException("--generate must be over 0, found " + generate + ".");
        }
        pattern();
    }

    @Override
    Plan plan() {
        return model.plan(new Plan())
                .line("data", "%,d rows".formatted(data.rows()))
                .line("answers", generate > 0 ? "greedy, at most " + generate + " tokens each" : "none");
    }

    @Override
    int execute() {
        try (Tokenizer tokenizer = Tokenizer.of(model.directory())) {
            ExampleEncoder encoder = data.encoder(model.directory(), tokenizer);
            Dataset examples = data.load(encoder, err());
            if (data.previewed(examples, tokenizer, out())) {
                return ExitCode.OK;
            }
            Evaluation scores = evaluate(examples, tokenizer, encoder.endToken(), new AnswerCheck(pattern()));
            print(scores, out());
            ScoreFiles.write(scores, examples, json, details);
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

    private Evaluation evaluate(Dataset examples, Tokenizer tokenizer, int endToken, AnswerCheck check) {
        try (AdaptedModel adapted = model.open();
                ProgressBar bar = ProgressBar.on(err(), "eval")) {
            long start = System.nanoTime();
            Evaluator evaluator = new Evaluator(
                    adapted.decoder(),
                    tokenizer,
                    StopTokens.of(model.directory(), endToken).ids(),
                    batch,
                    generate,
                    check);
            return evaluator.run(
                    examples.examples(),
                    (done, all, tokens) ->
                            bar.update(done, all, tokens / ((System.nanoTime() - start) / 1e9), Double.NaN));
        }
    }

    private static void print(Evaluation scores, PrintWriter out) {
        out.println(String.format(
                Locale.ROOT,
                "loss %.4f a response token over %d examples (%d response tokens), %.0f tokens/s",
                scores.loss(),
                scores.examples().size(),
                scores.responseTokens(),
                scores.tokens() / scores.seconds()));
        scores.accuracy()
                .ifPresent(accuracy -> out.println(String.format(
                        Locale.ROOT,
                        "accuracy %s (%d of %d), %d unparsed, %.0f new tokens/s",
                        Words.percent(accuracy),
                        scores.correct(),
                        scores.examples().size(),
                        scores.unparsed(),
                        scores.generatedTokens() / scores.generationSeconds())));
    }
}
