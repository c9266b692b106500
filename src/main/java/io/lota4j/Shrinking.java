package io.lota4j;

import io.lota4j.data.Dataset;
import io.lota4j.internal.eval.Evaluator;
import io.lota4j.internal.experiment.TicketParts;
import io.lota4j.internal.train.AdaptedModel;
import io.lota4j.ticket.ShrinkRule;
import io.lota4j.ticket.Shrinkage;
import io.lota4j.ticket.Ticket;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;

/// Finds how small a ticket may be made, by scores of its parts on one model.
final class Shrinking {
    private final Dataset rows;
    private final ShrinkRule rule;
    private final Evaluator answers;
    private final Evaluator losses;

    /// @param rows that score the parts
    /// @param rule for how much of the ticket is kept
    /// @param answers scores as the options say
    /// @param losses scores without answers
    Shrinking(Dataset rows, ShrinkRule rule, Evaluator answers, Evaluator losses) {
        this.rows = rows;
        this.rule = rule;
        this.answers = answers;
        this.losses = losses;
    }

    /// @param model with the tickets below on it
    /// @param ticket that is shrunk
    /// @return empty if it was stopped before the last batch
    Optional<Shrunk> run(AdaptedModel model, Ticket ticket, ShrinkOptions.Listener listener, BooleanSupplier stop) {
        TicketParts parts = new TicketParts(model, null, ticket);
        try {
            Shrinkage how = rule.find(
                    answers.guess(rows.examples()),
                    (alpha, wanted) -> parts.score(
                            alpha,
                            wanted ? answers : losses,
                            rows,
                            (done, all, tokens) -> listener.at(alpha, done, all, tokens),
                            stop));
            Ticket smaller = Shrinkage.noted(
                    parts.part(how.alpha()),
                    how.origin(rows.digests(), rows.examples().size()));
            return Optional.of(new Shrunk(smaller, how));
        } catch (CancellationException stopped) {
            return Optional.empty();
        }
    }
}
