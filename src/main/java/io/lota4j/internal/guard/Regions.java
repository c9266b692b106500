package io.lota4j.internal.guard;

import io.lota4j.LotaException;
import io.lota4j.data.Dataset;
import io.lota4j.guard.Region;
import io.lota4j.guard.RegionOptions;
import io.lota4j.internal.Text;
import io.lota4j.internal.mask.TopK;
import io.lota4j.internal.train.AdaptedModel;
import io.lota4j.mask.Mask;
import io.lota4j.mask.MaskInfo;
import io.lota4j.train.attribution.Attribution;
import io.lota4j.train.attribution.Scoring;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/// Finds regions.
public final class Regions {
    private Regions() {}

    /// Scores the pool by both sets of rows, a pass each over every row, and takes one from the
    /// other.
    ///
    /// @param safety rows of the behaviour, with loss on what shows it
    /// @param utility rows of the usual abilities
    /// @return empty if it was stopped
    /// @throws LotaException if nothing is left, with the sizes of both tops
    public static Optional<Region> find(
            AdaptedModel model,
            Attribution.OfRows by,
            Dataset safety,
            Dataset utility,
            RegionOptions how,
            Scoring.Listener listener,
            BooleanSupplier stop) {
        Mask pool = Mask.full(model.base(), how.pool());
        long all = (long) safety.examples().size() + utility.examples().size();
        long[] before = {0, 0};
        Scoring.Listener first = (done, rows, tokens) -> {
            before[0] = done;
            before[1] = tokens;
            listener.at(done, all, tokens);
        };
        Scoring.Listener second = (done, rows, tokens) -> listener.at(before[0] + done, all, before[1] + tokens);
        return new Scoring(model, pool, safety)
                .top(by, List.of(how.q()), how.scope(), first, stop)
                .flatMap(own -> new Scoring(model, pool, utility)
                        .top(by, List.of(how.q(), how.p()), how.scope(), second, stop)
                        .map(others -> of(
                                own.getFirst(),
                                others.getFirst().mask(),
                                others.getLast().mask(),
                                how)));
    }

    /// A region from its parts.
    ///
    /// @param safety the top q of the behaviour
    /// @param utility the top q of the other rows
    /// @param except the top p of the other rows
    static Region of(TopK.Chosen safety, Mask utility, Mask except, RegionOptions how) {
        Mask left = safety.mask().minus(except);
        if (left.trainable() == 0) {
            throw new LotaException(Text.format(
                    "The region is empty: the behaviour's top %s has %,d of %,d weights, the other rows' top %s has"
                            + " %,d, and all of the first are among the second. Take a larger q or a smaller p.",
                    how.q(), safety.mask().trainable(), left.poolSize(), how.p(), except.trainable()));
        }
        MaskInfo info = safety.mask().info().withOrigin(origin(safety.mask(), except, how));
        return new Region(
                new Mask(info, left.tensors()), safety.mask(), utility, safety.shortGroups(), safety.smallGroups());
    }

    private static Map<String, String> origin(Mask safety, Mask except, RegionOptions how) {
        Map<String, String> origin = new LinkedHashMap<>(safety.info().origin());
        origin.put(MaskInfo.SOURCE, "region");
        origin.put("q", Double.toString(how.q()));
        origin.put("p", Double.toString(how.p()));
        except.info().origin().forEach((key, value) -> {
            if (!value.equals(origin.get(key)) && !key.equals(MaskInfo.SOURCE)) {
                origin.put("utility_" + key, value);
            }
        });
        return origin;
    }
}
