package io.lota4j;

import io.lota4j.ticket.ShrinkRule;
import io.lota4j.ticket.Ticket;
import java.util.ArrayList;
import java.util.List;

/// How a ticket is shrunk to what its task needs.
///
/// @param scoring how the validation rows are scored: by answers if any are generated, else by their loss
/// @param rule what is enough, and the margin over it
/// @param below tickets that lie on the base below it, as those of earlier stages; none of them is shrunk
public record ShrinkOptions(EvalOptions scoring, ShrinkRule rule, List<Ticket> below) {
    /// By losses: keeps 99% of the gain, times a margin of 1.5.
    public static final ShrinkOptions USUAL = new ShrinkOptions(EvalOptions.LOSSES, ShrinkRule.USUAL, List.of());

    /// Copies the list.
    public ShrinkOptions {
        below = List.copyOf(below);
    }

    /// The same by answers of at most so many tokens.
    public ShrinkOptions answers(int tokens) {
        return new ShrinkOptions(EvalOptions.answers(tokens), rule, below);
    }

    /// The same with another tolerance and margin.
    ///
    /// @throws LotaException if one is out of its range
    public ShrinkOptions rule(double tolerance, double margin) {
        return new ShrinkOptions(scoring, new ShrinkRule(tolerance, margin), below);
    }

    /// The same with one more ticket below.
    public ShrinkOptions on(Ticket ticket) {
        List<Ticket> more = new ArrayList<>(below);
        more.add(ticket);
        return new ShrinkOptions(scoring, rule, more);
    }

    /// Hears how far the scorings have come.
    @FunctionalInterface
    public interface Listener {
        /// @param alpha part of the ticket that is scored, in [0, 1]
        /// @param done rows of this scoring
        /// @param rows of this scoring in all
        /// @param tokens of this scoring so far
        void at(double alpha, int done, int rows, long tokens);
    }
}
