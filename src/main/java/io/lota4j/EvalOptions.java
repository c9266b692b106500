package io.lota4j;

import io.lota4j.internal.Text;
import io.lota4j.internal.eval.AnswerCheck;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/// How examples are scored.
///
/// @param batchSize examples per batch, at least 1; scores do not depend on it
/// @param answerTokens most tokens of a generated answer; 0: only losses, no answers
/// @param answer picks the answer out of generated and reference text by its first group, from its last
///     match; null: whole texts are compared. White space and case never count
public record EvalOptions(
        int batchSize, int answerTokens, @Nullable Pattern answer) {
    /// The loss of each example's own answer, 8 examples per batch.
    public static final EvalOptions LOSSES = new EvalOptions(8, 0, null);

    /// @throws LotaException if a number is out of its range, or a pattern is given without answers
    public EvalOptions {
        if (batchSize < 1 || answerTokens < 0) {
            throw new LotaException(Text.format(
                    "The batch size must be at least 1 and the answers' tokens at least 0, found %d and %d.",
                    batchSize, answerTokens));
        }
        if (answer != null && answerTokens == 0) {
            throw new LotaException("A pattern for answers needs answers of at least 1 token.");
        }
    }

    /// Losses, and greedy answers that are held against the reference.
    ///
    /// @param tokens most tokens of an answer
    public static EvalOptions answers(int tokens) {
        return new EvalOptions(LOSSES.batchSize(), tokens, null);
    }

    /// The same with more or fewer examples per batch.
    public EvalOptions batchSize(int examples) {
        return new EvalOptions(examples, answerTokens, answer);
    }

    /// The same for answers that a pattern picks out of longer texts.
    ///
    /// @throws LotaException if it is no regular expression
    public EvalOptions matching(String regex) {
        try {
            return new EvalOptions(batchSize, answerTokens, Pattern.compile(regex));
        } catch (PatternSyntaxException e) {
            throw new LotaException("The pattern for answers is not a regular expression: " + e.getMessage(), e);
        }
    }

    /// The same without answers.
    EvalOptions losses() {
        return new EvalOptions(batchSize, 0, null);
    }

    AnswerCheck check() {
        return new AnswerCheck(answer);
    }
}
