package io.lota4j.internal.data;

import io.lota4j.internal.jinja.Rendering;
import java.util.List;
import java.util.OptionalInt;

/// Finds where a turn of the assistant ends in a conversation's text.
///
/// @param end the token that ends one
/// @param added all tokens that are recognised in a text
record TurnEnds(EndToken end, ControlTokens added) {
    /// The place behind the token that ends a turn: the first end token behind all that the turn says, else the
    /// first other added token there, else the end token that begins the next turn. Where the template writes none
    /// after the last answer, the place behind what it says.
    ///
    /// @param start where the turn begins
    /// @param limit where it ends at the latest
    /// @param last whether no turn follows
    /// @return empty if the template writes a token after answers, and none after this one
    OptionalInt after(Rendering whole, int start, int limit, boolean last) {
        int said = said(whole, start, limit);
        List<ControlTokens.Found> after = added.in(whole.text(), said, limit).stream()
                .filter(found -> !found.token().isBlank())
                .toList();
        for (ControlTokens.Found found : after) {
            if (found.token().equals(end.text())) {
                return OptionalInt.of(found.end());
            }
        }
        if (!after.isEmpty()) {
            return OptionalInt.of(after.getFirst().end());
        }
        if (end.written()) {
            return OptionalInt.empty();
        }
        int next = said;
        while (next < whole.text().length()
                && Character.isWhitespace(whole.text().charAt(next))) {
            next++;
        }
        boolean follows = !last && whole.text().startsWith(end.text(), next);
        return OptionalInt.of(follows ? next + end.text().length() : said);
    }

    /// The place behind the first end token of a text that no row wrote.
    OptionalInt first(Rendering whole, int start) {
        return added.outside(whole.said(), whole.text()).stream()
                .filter(found -> found.start() >= start && found.token().equals(end.text()))
                .mapToInt(ControlTokens.Found::end)
                .findFirst();
    }

    /// The place behind all that rows say in a part of a text.
    private static int said(Rendering whole, int start, int limit) {
        return whole.said().stream()
                .filter(span -> span.start() < limit && span.end() > start)
                .mapToInt(span -> Math.min(span.end(), limit))
                .max()
                .orElse(start);
    }
}
