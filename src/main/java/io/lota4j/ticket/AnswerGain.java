package io.lota4j.ticket;

import io.lota4j.internal.Binomial;
import io.lota4j.internal.Text;

/// How far a ticket's right answers are over those of its start, and over what guessing has right: whether they
/// say anything of how much of the ticket is needed.
///
/// They do where both of two exact one-sided tests at 5% say so:
///
/// - against the start, on the rows of which one has right what the other has not (the sign test, one-sided
///   McNemar): as many of them in the ticket's favour would come by chance with the probability [#pStart];
/// - against a guess that knows the most frequent reference answer and gives it to every row, or is right as
///   often by chance: as many right answers would come by it with the probability [#pGuess].
///
/// The second matters where a ticket taught the form of an answer and not which one is right: a start that
/// chats instead of naming one of four choices has none right, and a ticket that names any of them has a
/// quarter.
///
/// @param rows that were answered
/// @param right of them with the whole ticket
/// @param gained rows that are right with the ticket and were not at the start
/// @param lost rows that were right at the start and are not with the ticket
/// @param guess share of the rows that the most frequent reference answer has right, in [0, 1]; 0 where no
///     two rows have the same one
public record AnswerGain(int rows, int right, int gained, int lost, double guess) {
    /// By chance a test is passed with at most this probability.
    public static final double LEVEL = 0.05;

    /// Right answers at the start.
    public int rightAtStart() {
        return right - gained + lost;
    }

    /// The probability of at least so many gained rows among those that changed, if either way were as likely.
    public double pStart() {
        return Binomial.atLeast(gained, gained + lost, 0.5);
    }

    /// The probability of at least so many right answers by guessing.
    public double pGuess() {
        return Binomial.atLeast(right, rows, guess);
    }

    /// Whether the answers are clearly better than the start's and than a guess.
    public boolean isClear() {
        return pStart() <= LEVEL && pGuess() <= LEVEL;
    }

    /// Both comparisons, such as `13 of 40 rows right, 12 at the start (p = 0.5), 11 by the most frequent answer
    /// alone (p = 0.29)`.
    public String text() {
        return Text.format(
                "%d of %d rows right, %d at the start (p = %s), %d by the most frequent answer alone (p = %s)",
                right, rows, rightAtStart(), number(pStart()), Math.round(guess * rows), number(pGuess()));
    }

    private static String number(double p) {
        return Text.format("%.2g", p);
    }
}
