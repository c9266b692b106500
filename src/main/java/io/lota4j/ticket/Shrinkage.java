package io.lota4j.ticket;

import io.lota4j.internal.Text;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What a [ShrinkRule] found.
///
/// @param rule it
/// @param by what it compared
/// @param smallest alpha*: the part of the deltas that was enough, a multiple of 1/20 in (0, 1]
/// @param alpha factor of the deltas, in (0, 1]: alpha* times the margin
/// @param whole score of the whole ticket: a share of right answers, or a loss per response token in nats
/// @param kept score of alpha* of it
/// @param before score of the start, without the ticket
/// @param answers what the answers were worth, where any were generated
public record Shrinkage(
        ShrinkRule rule,
        By by,
        double smallest,
        double alpha,
        double whole,
        double kept,
        double before,
        Optional<AnswerGain> answers) {
    /// What every key of [#origin] begins with.
    static final String PREFIX = "shrink_";

    /// What was compared.
    public enum By {
        /// Shares of right answers.
        RIGHT("right answers"),
        /// Losses.
        LOSS("loss");

        private final String words;

        By(String words) {
            this.words = words;
        }

        double of(ShrinkRule.Score score) {
            return this == RIGHT ? score.share() : score.loss();
        }

        /// For people.
        @Override
        public String toString() {
            return words;
        }
    }

    /// Whether no part of the ticket but the whole was enough.
    public boolean savesNothing() {
        return smallest == 1;
    }

    /// Whether the smallest part that is tried was enough.
    public boolean isLowest() {
        return smallest <= 1.0 / ShrinkRule.PARTS;
    }

    /// Whole sentences on what should be known of it.
    public List<String> notices() {
        List<String> notices = new ArrayList<>();
        if (by == By.LOSS) {
            answers.ifPresent(gain -> notices.add(unclear(gain)));
        }
        if (savesNothing()) {
            notices.add("Nothing could be saved: no smaller part of the ticket scores as the whole of it does, so it"
                    + " stays as it is.");
        } else if (by == By.LOSS && before <= whole) {
            notices.add(Text.format(
                    "The ticket gains nothing on these rows: their loss is %.4f without it and %.4f with it. It was"
                            + " shrunk to %s of its deltas.",
                    before, whole, number(alpha)));
        } else if (isLowest()) {
            notices.add(Text.format(
                    "The smallest part that is tried, 1/%d of the ticket, was enough: the learning rate was far too"
                            + " bold for this task, or these rows hardly need the ticket.",
                    ShrinkRule.PARTS));
        }
        return notices;
    }

    private String unclear(AnswerGain gain) {
        return Text.format(
                "The loss decided how much of the ticket is needed, since %s. The whole ticket has %s.",
                gain.isClear()
                        ? "no more answers are right than the tolerance allows to lose"
                        : "the answers are not clearly better than both the start's and a guess",
                gain.text());
    }

    /// For people, such as `alpha 0.45 = 1.5 x 0.3: right answers 97.66% with the whole ticket, 96.88% with
    /// 0.3 of it, 3.13% without it`.
    public String text() {
        return Text.format(
                "alpha %s = %s: %s %s with the whole ticket, %s with %s of it, %s without it",
                number(alpha),
                alpha == 1 && smallest * rule.margin() > 1
                        ? Text.format("at most 1 of %s x %s", number(rule.margin()), number(smallest))
                        : Text.format("%s x %s", number(rule.margin()), number(smallest)),
                by,
                score(whole),
                score(kept),
                number(smallest),
                score(before));
    }

    private String score(double value) {
        return by == By.RIGHT ? Text.format("%.2f%%", 100 * value) : Text.format("%.4f", value);
    }

    private static String number(double value) {
        return Text.format("%.4f", value).replaceFirst("\\.?0+$", "");
    }

    /// For a ticket's provenance.
    ///
    /// @param data digests of the validation rows' files
    /// @param rows how many of them were scored
    public Map<String, String> origin(String data, int rows) {
        Map<String, String> origin = new LinkedHashMap<>();
        origin.put(PREFIX + "alpha", Double.toString(alpha));
        origin.put(PREFIX + "smallest", Double.toString(smallest));
        origin.put(PREFIX + "score", by.toString());
        origin.put(PREFIX + "whole", Double.toString(whole));
        origin.put(PREFIX + "kept", Double.toString(kept));
        origin.put(PREFIX + "before", Double.toString(before));
        answers.ifPresent(gain -> origin.put(PREFIX + "answers", gain.text()));
        origin.put(PREFIX + "data", data);
        origin.put(PREFIX + "rows", Integer.toString(rows));
        origin.put(PREFIX + "tolerance", Double.toString(rule.tolerance()));
        origin.put(PREFIX + "margin", Double.toString(rule.margin()));
        return origin;
    }

    /// A ticket with what is said of its shrinking behind its provenance. What an earlier shrinking said
    /// begins with `earlier.` then.
    public static Ticket noted(Ticket ticket, Map<String, String> origin) {
        Map<String, String> provenance = new LinkedHashMap<>();
        ticket.info()
                .provenance()
                .forEach((key, value) -> provenance.put(key.contains(PREFIX) ? "earlier." + key : key, value));
        provenance.putAll(origin);
        TicketInfo info = ticket.info();
        return new Ticket(
                new TicketInfo(info.base(), info.pool(), info.scope(), info.requestedSparsity(), provenance),
                ticket.tensors());
    }
}
