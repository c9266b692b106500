package io.lota4j.internal.experiment;

import io.lota4j.data.Dataset;
import io.lota4j.eval.Evaluation;
import io.lota4j.eval.ScoreListener;
import io.lota4j.eval.Verdict;
import io.lota4j.internal.eval.Evaluator;
import io.lota4j.internal.train.AdaptedModel;
import io.lota4j.internal.train.Trial;
import io.lota4j.ticket.ShrinkRule.Score;
import io.lota4j.ticket.Ticket;
import io.lota4j.ticket.Tickets;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// Parts of a ticket, scored one after the other on a model that is loaded once.
public final class TicketParts {
    private final Trial trial;
    private final @Nullable Ticket before;
    private final Ticket whole;

    /// @param model with what lies below both tickets on it
    /// @param before what the parts begin at, or null for the model as it is
    /// @param whole what they end at
    public TicketParts(AdaptedModel model, @Nullable Ticket before, Ticket whole) {
        this.trial = new Trial(model, Tickets.between(before, whole, 1));
        this.before = before;
        this.whole = whole;
    }

    /// A part of the way.
    ///
    /// @param alpha in (0, 1]; 1 gives the whole ticket as it is
    public Ticket part(double alpha) {
        return alpha == 1 ? whole : Tickets.between(before, whole, alpha);
    }

    /// Puts a part on the model and scores rows.
    ///
    /// @param alpha in [0, 1]; 0: the start. Of a model as it is also more than 1
    /// @throws CancellationException if `stop` ended it before the last row
    public Score score(double alpha, Evaluator evaluator, Dataset rows, ScoreListener listener, BooleanSupplier stop) {
        // A set of one batch is scored without being asked.
        if (stop.getAsBoolean()) {
            throw new CancellationException("stopped");
        }
        if (before != null) {
            trial.put(Tickets.between(before, whole, alpha));
        } else if (alpha == 0) {
            trial.clear();
        } else {
            trial.put(Tickets.scaled(whole, alpha));
        }
        Evaluation scores = evaluator.run(rows.examples(), listener, stop);
        if (scores.examples().size() < rows.examples().size()) {
            throw new CancellationException("stopped");
        }
        List<Boolean> right = scores.generated()
                ? scores.examples().stream()
                        .map(row -> row.verdict() == Verdict.CORRECT)
                        .toList()
                : List.of();
        return new Score(scores.loss(), right);
    }
}
