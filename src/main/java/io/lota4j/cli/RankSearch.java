package io.lota4j.cli;

import io.lota4j.Lota;
import io.lota4j.data.Dataset;
import io.lota4j.guard.RankCheck;
import io.lota4j.guard.RankOptions;
import io.lota4j.guard.Ranks;
import io.lota4j.guard.RegionCheck;
import io.lota4j.internal.Text;
import io.lota4j.internal.guard.ActSvd;
import io.lota4j.mask.Pool;
import java.util.List;
import picocli.CommandLine.Option;

/// What `guard region` does with ranks in place of weights, as a picocli mixin of its options.
final class RankSearch {
    /// Its name among scores.
    static final String NAME = "actsvd";

    private static final String UTILITY = "--ranks-utility";
    private static final String SAFETY = "--ranks-safety";

    @Option(
            names = UTILITY,
            paramLabel = "U",
            converter = Numbers.Fraction.class,
            description = "With --score actsvd: share of a matrix's ranks that the other rows need, over 0 (default: "
                    + RankOptions.UTILITY + ").")
    private double utility = RankOptions.UTILITY;

    @Option(
            names = SAFETY,
            paramLabel = "S",
            converter = Numbers.Fraction.class,
            description = "With --score actsvd: share of a matrix's ranks that the probe's declining answers have, over"
                    + " 0 (default: " + RankOptions.SAFETY + ").")
    private double safety = RankOptions.SAFETY;

    /// @throws io.lota4j.LotaException if a share is out of its range
    RankOptions options(Pool pool) {
        return new RankOptions(utility, safety, pool);
    }

    /// A line of what it looks at.
    String meaning() {
        return Text.format(
                "%s: what of each matrix puts out %s of its ranks for declining and not %s of them for the other rows",
                NAME, ResultLines.percent(safety), ResultLines.percent(utility));
    }

    /// Its time, as far as it is known before the passes.
    static String time(ActSvd.Cost cost) {
        return Text.format(
                "a pass back for each row, then eigenvectors for %,d matrices, of %,d x %,d at most: about %,.0f s on"
                        + " two cores",
                cost.matrices(), cost.largest(), cost.largest(), Math.max(1, cost.seconds()));
    }

    static Ranks found(Lota lota, Dataset declining, Dataset others, RankOptions how, Messages messages) {
        try (ProgressBar bar = messages.bar(NAME)) {
            return lota.ranks(declining, others, how, bar::tokens, () -> false).orElseThrow();
        }
    }

    static void tell(Ranks ranks, Result result) {
        result.line(Text.format("%-20s %8s %12s %16s", "", "matrices", "similarity", "share of norm"));
        add(result, "all", ranks.whole());
        ranks.layers().forEach((layer, part) -> add(result, layer < 0 ? "outside layers" : "layer " + layer, part));
        ranks.kinds().forEach((kind, part) -> add(result, kind, part));
        result.say(
                "%s matrices have equal singular values where ranks are cut off, so that others could have been taken;"
                        + " %s have fewer ranks than were asked for, as too few different tokens went through",
                Figure.count(Key.TIED_MATRICES, ranks.tied()), Figure.count(Key.SHORT_MATRICES, ranks.shortMatrices()));
    }

    private static void add(Result result, String name, Ranks.Part part) {
        boolean known = Double.isFinite(part.similarity());
        Figure similarity =
                known ? Figure.real(Key.SIMILARITY, part.similarity(), 4) : new Figure(Key.SIMILARITY, null, "unknown");
        result.add(
                Key.RANKS,
                name,
                Sentence.of(
                                "%8s %12s %16s",
                                Figure.count(Key.MATRICES, part.matrices()),
                                similarity,
                                Figure.share(Key.NORM_SHARE, part.removed()))
                        .after(Text.format("%-20s ", name)));
    }

    static void tell(RankCheck check, Result result) {
        add(result, "all weights", check.before());
        add(result, "without the behaviour's ranks", check.without());
    }

    /// A line of what is seen of a model from which something was taken.
    static void add(Result result, String name, RegionCheck.Seen seen) {
        result.add(
                Key.ERASED,
                name,
                Sentence.join(
                        "; ",
                        List.of(
                                GuardLines.form(name, seen.rates()),
                                Sentence.of("loss of the other rows %s", Figure.real(Key.LOSS, seen.loss(), 4)))));
    }
}
