package io.lota4j.internal.report;

import io.lota4j.internal.metrics.Behaviour;
import io.lota4j.internal.metrics.Group;
import io.lota4j.internal.metrics.Slice;
import io.lota4j.internal.metrics.Spread;
import io.lota4j.metrics.Figure;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/// Columns of a probe in tables: every share beside the number of rows that it is of. The last two are means alone.
final class BehaviourTable {
    private static final List<String> HEAD =
            List.of("fulfilled", "of judged", "over-declined", "of judged", "unclear", "degenerate");

    private BehaviourTable() {}

    /// Titles of the columns, with the probe's name where there are several.
    static List<String> head(String probe, boolean several) {
        return several ? HEAD.stream().map(title -> probe + " " + title).toList() : HEAD;
    }

    static List<Cell> cells(Behaviour behaviour, Group group, int stage, Slice form) {
        return List.of(
                share(behaviour.spread(group, stage, Figure.FULFILLED, form)),
                rows(behaviour.rows(group, stage, Figure.FULFILLED, form)),
                share(behaviour.spread(group, stage, Figure.OVER_DECLINED, form)),
                rows(behaviour.rows(group, stage, Figure.OVER_DECLINED, form)),
                Cell.mean(behaviour.spread(group, stage, Figure.UNCLEAR, form), NumberFormat.SHARE),
                Cell.mean(behaviour.spread(group, stage, Figure.DEGENERATE, form), NumberFormat.SHARE));
    }

    private static Cell share(Optional<Spread> spread) {
        return Cell.spread(spread, NumberFormat.SHARE);
    }

    /// A number of rows.
    static Cell rows(OptionalLong rows) {
        return rows.isPresent() ? Cell.number((double) rows.getAsLong(), NumberFormat.COUNT) : new Cell(List.of());
    }

    /// A form in words, such as `prefill=5 template=plain`.
    static String form(Slice form) {
        String text = form.text();
        return text == null ? Slice.CHAT : text;
    }
}
