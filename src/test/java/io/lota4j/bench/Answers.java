package io.lota4j.bench;

import io.lota4j.EvalOptions;
import io.lota4j.Lota;
import io.lota4j.RowOptions;
import io.lota4j.data.Dataset;
import io.lota4j.eval.Evaluation;
import io.lota4j.internal.Text;
import java.nio.file.Path;
import java.util.List;

/// Times scoring and greedy answers to the rows of a file, several times in one process.
final class Answers {
    private Answers() {}

    /// Prints a line a run.
    ///
    /// @param arguments model, rows, templates of prompt and completion, examples at a time, most new tokens (0 for
    ///     scores alone), how many runs
    public static void main(String[] arguments) {
        try (Lota lota = Lota.open(Path.of(arguments[0]))) {
            Dataset rows = lota.data(Path.of(arguments[1]), RowOptions.templates(arguments[2], arguments[3]));
            EvalOptions options = new EvalOptions(Integer.parseInt(arguments[4]), Integer.parseInt(arguments[5]), null);
            for (int run = 0; run < Integer.parseInt(arguments[6]); run++) {
                Evaluation scores = lota.evaluate(rows, List.of(), options);
                String scored = Text.format("%.0f tokens/s scored", scores.tokens() / scores.seconds());
                IO.println(
                        options.answerTokens() == 0
                                ? scored
                                : Text.format(
                                        "%s, %d new tokens in %.2f s, %.1f new tokens/s",
                                        scored,
                                        scores.generatedTokens(),
                                        scores.generationSeconds(),
                                        scores.generatedTokens() / scores.generationSeconds()));
            }
        }
    }
}
