package io.lota4j.train.fit;

import io.lota4j.internal.train.Ranges;
import io.lota4j.internal.train.SettingsText;

/// How the coefficients of a merge are fitted.
///
/// @param per what has a coefficient of its own
/// @param steps of Adam
/// @param rate of the first step; it falls in equal parts and reaches zero one step after the last
/// @param batch prompts of each ticket in a step
/// @param rows prompts of each ticket in all, at most: the first of those that there are
/// @param answers behind which prompts the ticket and the merge are compared
/// @param generate most new tokens of an answer that is generated
/// @param seed of the order of prompts
public record FitConfig(
        Per per, long steps, double rate, int batch, int rows, Answers answers, int generate, long seed) {
    /// What has a coefficient of its own.
    public enum Per {
        /// A ticket: as many numbers as tickets.
        TASK,
        /// A ticket in each matrix, or other tensor, that it changes.
        MATRIX
    }

    /// Which tokens behind the prompts are compared.
    public enum Answers {
        /// Those that the ticket alone answers greedily.
        OWN,
        /// Those that the rows have.
        GIVEN
    }

    /// A coefficient a matrix, 60 steps of 8 of 64 prompts a ticket at a rate of 0.03, own answers of at
    /// most 64 tokens.
    public static final FitConfig DEFAULT = new FitConfig(Per.MATRIX, 60, 0.03, 8, 64, Answers.OWN, 64, 0);

    /// @throws io.lota4j.LotaException with every number that is out of its range
    public FitConfig {
        new Ranges()
                .atLeast(1, steps, "steps of a fit")
                .positive(rate, "rate of a fit")
                .atLeast(1, batch, "prompts of each ticket in a step")
                .atLeast(1, rows, "prompts of each ticket")
                .atLeast(1, generate, "most new tokens of an answer")
                .requireNone();
    }

    /// The same with another choice of what has a coefficient of its own.
    public FitConfig per(Per other) {
        return new FitConfig(other, steps, rate, batch, rows, answers, generate, seed);
    }

    /// The same with another number of steps.
    public FitConfig steps(long other) {
        return new FitConfig(per, other, rate, batch, rows, answers, generate, seed);
    }

    /// The same with another rate of the first step.
    public FitConfig rate(double other) {
        return new FitConfig(per, steps, other, batch, rows, answers, generate, seed);
    }

    /// The same with another number of prompts of each ticket in a step.
    public FitConfig batch(int other) {
        return new FitConfig(per, steps, rate, other, rows, answers, generate, seed);
    }

    /// The same with another number of prompts of each ticket.
    public FitConfig rows(int other) {
        return new FitConfig(per, steps, rate, batch, other, answers, generate, seed);
    }

    /// The same with the tokens of other answers.
    public FitConfig answers(Answers other) {
        return new FitConfig(per, steps, rate, batch, rows, other, generate, seed);
    }

    /// The same with longer or shorter own answers.
    public FitConfig generate(int tokens) {
        return new FitConfig(per, steps, rate, batch, rows, answers, tokens, seed);
    }

    /// The same with another order of prompts.
    public FitConfig seed(long other) {
        return new FitConfig(per, steps, rate, batch, rows, answers, generate, other);
    }

    /// All that decides the coefficients beside tickets and prompts, such as `batch=8, per=matrix,
    /// rate=0.03`.
    public String text() {
        SettingsText text = new SettingsText()
                .with("per", SettingsText.word(per))
                .with("steps", Long.toString(steps))
                .with("rate", SettingsText.number(rate))
                .with("batch", Integer.toString(batch))
                .with("rows", Integer.toString(rows))
                .with("answers", SettingsText.word(answers))
                .with("seed", Long.toString(seed));
        return (answers == Answers.OWN ? text.with("generate", Integer.toString(generate)) : text).text();
    }
}
