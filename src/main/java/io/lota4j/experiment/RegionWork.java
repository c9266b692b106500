package io.lota4j.experiment;

import io.lota4j.data.Dataset;
import io.lota4j.experiment.GridContext.Opened;
import io.lota4j.guard.Region;
import io.lota4j.internal.SplitMix64;
import io.lota4j.internal.Text;
import io.lota4j.internal.experiment.RegionUse;
import io.lota4j.internal.guard.Regions;
import io.lota4j.internal.mask.RandomMask;
import io.lota4j.mask.Mask;
import io.lota4j.mask.MaskFile;
import io.lota4j.metrics.Figure;
import io.lota4j.metrics.Metric;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;

/// Finds a region of the base, which all runs share that leave it alone or rewind it.
///
/// @param context base and data
/// @param region which
record RegionWork(GridContext context, RegionUse.Region region) {
    /// Of a run's seed, another stream than those of its data and its masks.
    private static final long STREAM = 0x726567696f6eL;

    /// Of everything: the layers and kinds have names of their own.
    private static final String ALL = "all";

    /// Where the work lies.
    Folder folder() {
        String label = Text.format("%s-%s", region.safety(), region.by().name());
        return context.places().folder("regions", label, inputs());
    }

    InputDigest inputs() {
        return InputDigest.of("region")
                .with("base", context.fingerprint())
                .with("behaviour", context.digest(safety()))
                .with("others", context.digest(utility()))
                .with("score", region.by().name())
                .with("scope", region.how().scope().toString())
                .with("q", region.how().q())
                .with("p", region.how().p())
                .with("pool", region.how().pool().toString());
    }

    private Dataset safety() {
        return context.declining(region.safety(), region.rows());
    }

    private Dataset utility() {
        return context.first(region.utility(), region.rows());
    }

    /// What is read to find it, in tokens.
    long tokens() {
        return List.of(safety(), utility()).stream()
                .flatMap(rows -> rows.examples().stream())
                .mapToLong(example -> example.length())
                .sum();
    }

    /// Finds it unless it is there.
    ///
    /// @throws io.lota4j.LotaException if nothing is left of it
    void find() {
        Folder folder = folder();
        if (!folder.isDone()) {
            folder.begin(inputs());
            Region found = found();
            MaskFile.write(folder.region(), found.mask());
            folder.finish(figures(found));
        }
    }

    /// The weights, once they are found.
    ///
    /// @param seed of the run, where they are as many by chance
    Mask mask(RegionUse use, long seed) {
        Mask found = MaskFile.read(folder().region());
        return use.random() ? RandomMask.like(found, SplitMix64.mix(seed ^ STREAM)) : found;
    }

    private Region found() {
        String what = "region of " + region.safety();
        long start = System.nanoTime();
        try (Opened opened = context.open(Optional.empty());
                Stages.Stage shown = context.stages().begin(what)) {
            Region found = Regions.find(
                            opened.model(),
                            region.by(),
                            safety(),
                            utility(),
                            region.how(),
                            (done, all, tokens) ->
                                    shown.at(done, all, tokens / ((System.nanoTime() - start) / 1e9), Double.NaN),
                            context.stop())
                    .orElseThrow(() -> new CancellationException("stopped"));
            if (found.shortGroups() > 0 || found.smallGroups() > 0) {
                shown.warn(Text.format(
                        "%s: %d rows or tensors have fewer scores over zero than their share, %d are too small for one"
                                + " weight",
                        what, found.shortGroups(), found.smallGroups()));
            }
            return found;
        }
    }

    private List<Metric> figures(Region found) {
        FigureCollector collected = new FigureCollector(region.safety());
        add(collected, ALL, found.whole());
        found.layers().forEach((layer, part) -> add(collected, layer < 0 ? "outside layers" : "layer " + layer, part));
        found.kinds().forEach((kind, part) -> add(collected, kind, part));
        return collected.metrics();
    }

    private void add(FigureCollector collected, String part, Region.Part found) {
        String which = region.text();
        collected.region(which, part, Figure.REGION_SHARE, found.share(), found.weights());
        long either = found.tops().union();
        collected.region(which, part, Figure.REGION_OVERLAP, found.jaccard(), either);
        collected.region(which, part, Figure.REGION_CHANCE, found.chance(), either);
    }
}
