package io.lota4j;

import io.lota4j.data.Dataset;
import io.lota4j.eval.Evaluation;
import io.lota4j.internal.eval.Evaluator;
import io.lota4j.internal.train.AdaptedModel;
import io.lota4j.internal.train.Trial;
import io.lota4j.ticket.ShrinkRule;
import io.lota4j.ticket.Shrinkage;
import io.lota4j.ticket.Ticket;
import io.lota4j.ticket.Tickets;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;

/// Finds how small a ticket may be made, by scores of its parts on one model.
final class Shrinking {
    private final Trial trial;
    private final Ticket ticket;
    private final Dataset rows;
    private final ShrinkOptions options;
    private final Evaluator answers;
    private final Evaluator losses;

    /// @param model with the tickets below on it
    /// @param ticket that is shrunk
    /// @param rows that score its parts
    /// @param answers scores as the options say
    /// @param losses scores without answers
    Shrinking(
            AdaptedModel model,
            Ticket ticket,
            Dataset rows,
            ShrinkOptions options,
            Evaluator answers,
            Evaluator losses) {
        this.trial = new Trial(model, ticket);
        this.ticket = ticket;
        this.rows = rows;
        this.options = options;
        this.answers = answers;
        this.losses = losses;
    }

    /// @return empty if it was stopped before the last batch
    Optional<Shrunk> run(ShrinkOptions.Listener listener, BooleanSupplier stop) {
        try {
            Shrinkage how = options.rule().find(options.scoring().answerTokens() > 0, (alpha, wanted) -> {
                put(alpha);
                return score(wanted ? answers : losses, alpha, listener, stop);
            });
            Ticket smaller = Tickets.scaled(ticket, how.alpha());
            return Optional.of(new Shrunk(
                    Shrinkage.noted(
                            smaller, how.origin(rows.digests(), rows.examples().size())),
                    how));
        } catch (CancellationException stopped) {
            return Optional.empty();
        }
    }

    /// @throws CancellationException if it was stopped before the last batch
    private ShrinkRule.Score score(
            Evaluator evaluator, double alpha, ShrinkOptions.Listener listener, BooleanSupplier stop) {
        Evaluation scores =
                evaluator.run(rows.examples(), (done, all, tokens) -> listener.at(alpha, done, all, tokens), stop);
        if (scores.examples().size() < rows.examples().size()) {
            throw new CancellationException("stopped");
        }
        return new ShrinkRule.Score(scores.loss(), scores.accuracy());
    }

    private void put(double alpha) {
        if (alpha == 0) {
            trial.clear();
        } else {
            trial.put(Tickets.scaled(ticket, alpha));
        }
    }
}
