package io.lota4j.internal.experiment;

import io.lota4j.internal.Text;
import io.lota4j.internal.train.Ranges;
import io.lota4j.internal.train.SettingsText;
import io.lota4j.ticket.ShrinkRule;

/// What a stage learned is made no larger than its task needs, by validation rows of that task; last in the
/// stage.
///
/// @param rows the first so many validation rows are scored, at least 1
/// @param rule what is enough, and the margin over it
public record Shrink(int rows, ShrinkRule rule) implements Safeguard {
    /// Rows where nobody says how many.
    public static final int ROWS = 128;

    /// @throws io.lota4j.LotaException if there are no rows
    public Shrink {
        new Ranges().atLeast(1, rows, "rows that a ticket is shrunk by").requireNone();
    }

    @Override
    public boolean isMerged() {
        return false;
    }

    @Override
    public String text() {
        return Text.format(
                "shrink rows %d tolerance %s margin %s",
                rows, SettingsText.number(rule.tolerance()), SettingsText.number(rule.margin()));
    }
}
