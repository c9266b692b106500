package io.lota4j.internal.experiment;

import io.lota4j.guard.RegionOptions;
import io.lota4j.internal.Text;
import io.lota4j.internal.train.Ranges;
import io.lota4j.internal.train.SettingsText;
import io.lota4j.train.attribution.Attribution;
import java.util.Locale;

/// The weights that carry a behaviour are the base's after every stage.
///
/// @param region which they are
/// @param use how they stay so
/// @param random whether as many weights of every tensor are taken by chance instead: the
///     control, without which nothing can be said of a region
public record RegionUse(Region region, Use use, boolean random) implements Safeguard {
    /// How a region stays the base's.
    public enum Use {
        /// It is not trained.
        FREEZE,
        /// What a stage changed there is taken back.
        REWIND
    }

    /// A region before it is found. It is the base's, so all runs share it.
    ///
    /// @param safety probe whose training rows show the behaviour
    /// @param utility task whose training rows show the usual abilities
    /// @param by score of single weights
    /// @param rows the first so many of each, at least 1
    /// @param how shares and scope
    public record Region(String safety, String utility, Attribution.OfRows by, int rows, RegionOptions how) {
        /// Rows of each where nobody says how many.
        public static final int ROWS = 128;

        /// @throws io.lota4j.LotaException if there are no rows
        public Region {
            new Ranges().atLeast(1, rows, "rows that a region is found by").requireNone();
        }

        /// In words, with all settings.
        public String text() {
            return Text.format(
                    "%s without %s by %s rows %d scope %s q %s p %s",
                    safety,
                    utility,
                    by.name(),
                    rows,
                    how.scope().toString(),
                    SettingsText.number(how.q()),
                    SettingsText.number(how.p()));
        }
    }

    /// The same with as many weights by chance.
    public RegionUse control() {
        return new RegionUse(region, use, true);
    }

    /// A merge of several tickets would bring back what was taken out of one of them, had it been
    /// left in.
    @Override
    public boolean isMerged() {
        return true;
    }

    @Override
    public String text() {
        return Text.format(
                "%s %sregion %s",
                use.name().toLowerCase(Locale.ROOT), random ? "as many weights by chance as " : "", region.text());
    }
}
