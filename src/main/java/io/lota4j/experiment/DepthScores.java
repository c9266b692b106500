package io.lota4j.experiment;

import io.lota4j.data.Example;
import io.lota4j.experiment.GridContext.Opened;
import io.lota4j.guard.Depth;
import io.lota4j.guard.DepthOptions;
import io.lota4j.internal.Text;
import io.lota4j.internal.experiment.GridRun;
import io.lota4j.internal.guard.Depths;
import io.lota4j.internal.guard.PositionGradients;
import io.lota4j.internal.train.AdaptedModel;
import io.lota4j.mask.Mask;
import io.lota4j.metrics.Figure;
import io.lota4j.metrics.Metric;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/// Compares a model with the base at each of the first tokens of answers to what probes expect to be declined.
///
/// @param context base and data
/// @param model what is compared, for people
/// @param identity digest of what made the model
record DepthScores(GridContext context, String model, InputDigest.Digest identity) {
    /// Compares what is not compared yet. The base is the same as itself.
    void run(AdaptedModel after) {
        List<ProbeData> missing = missing();
        if (!missing.isEmpty()) {
            try (Opened before = context.open(Optional.empty())) {
                missing.forEach(data -> compare(data, before.model(), after));
            }
        }
    }

    private void compare(ProbeData data, AdaptedModel before, AdaptedModel after) {
        DepthOptions deep = Objects.requireNonNull(data.probe().depth());
        PositionGradients gradients = deep.gradient()
                ? new PositionGradients(
                        after, Mask.full(after.base(), context.experiment().pool()))
                : null;
        Depths depths = new Depths(before.decoder(), after.decoder(), data.stop(), deep.positions(), gradients);
        List<Example> rows = rows(data);
        Depth found;
        try (Stages.Stage shown = context.stages()
                .begin(Text.format(
                        "compare %s with the base on %s", model, data.probe().name()))) {
            context.check();
            found = depths.of(
                    rows,
                    deep.given(),
                    done -> {
                        shown.at(done, rows.size(), Double.NaN, Double.NaN);
                        if (done < rows.size()) {
                            context.check();
                        }
                    },
                    () -> false);
        }
        Folder folder = folder(data);
        folder.begin(inputs(data));
        folder.finish(figures(data, found));
    }

    private static List<Metric> figures(ProbeData data, Depth found) {
        FigureCollector collected = new FigureCollector(data.probe().name());
        for (Depth.Position at : found.positions()) {
            collected.atPosition(at.place(), null, Figure.KL, at.divergence(), at.rows());
            collected.atPosition(at.place(), null, Figure.POSITION_LOSS, at.after(), at.rows());
            collected.atPosition(at.place(), Results.BASE, Figure.POSITION_LOSS, at.before(), at.rows());
            at.gradient()
                    .ifPresent(
                            norm -> collected.atPosition(at.place(), null, Figure.POSITION_GRADIENT, norm, at.rows()));
        }
        return collected.metrics();
    }

    private static List<Example> rows(ProbeData data) {
        return Depths.rows(
                data.rows(),
                data.encoder(),
                Objects.requireNonNull(data.probe().depth()).given());
    }

    /// The figures that are there.
    List<Metric> done() {
        return deep().stream()
                .map(this::folder)
                .filter(Folder::isDone)
                .flatMap(folder -> folder.figures().stream())
                .toList();
    }

    boolean isMissing() {
        return !missing().isEmpty();
    }

    private List<ProbeData> missing() {
        return deep().stream().filter(data -> !folder(data).isDone()).toList();
    }

    private List<ProbeData> deep() {
        return identity.now().equals(context.fingerprint())
                ? List.of()
                : context.probes().stream()
                        .filter(data -> data.probe().depth() != null)
                        .toList();
    }

    /// What is left to compare: prompts and answers go through both models, the latter twice.
    ProbeScores.Load left() {
        long read = 0;
        long generated = 0;
        for (ProbeData data : missing()) {
            DepthOptions deep = Objects.requireNonNull(data.probe().depth());
            for (Example row : rows(data)) {
                read += 3L * (row.promptLength() + deep.positions());
                generated += deep.given() ? 0 : deep.positions();
            }
        }
        return new ProbeScores.Load(read, generated);
    }

    private InputDigest inputs(ProbeData data) {
        DepthOptions deep = Objects.requireNonNull(data.probe().depth());
        InputDigest inputs = InputDigest.of("depth")
                .with("model", identity)
                .with("probe", data.probe().name())
                .with("rows", TaskData.digest(rows(data)))
                .with("stop", Scores.stop(data.stop()))
                .with("positions", deep.positions())
                .with("along", deep.given() ? "answer" : "generated");
        return deep.gradient()
                ? inputs.with("gradient", context.experiment().pool().toString())
                : inputs;
    }

    private Folder folder(ProbeData data) {
        return context.places().folder("scores", GridRun.slug(data.probe().name()) + "-depth", inputs(data));
    }
}
