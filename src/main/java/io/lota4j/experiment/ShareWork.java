package io.lota4j.experiment;

import io.lota4j.data.Dataset;
import io.lota4j.data.Example;
import io.lota4j.experiment.GridContext.Opened;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.AtomicFile;
import io.lota4j.internal.experiment.GridRun;
import io.lota4j.internal.experiment.Method.Full;
import io.lota4j.internal.experiment.Method.Lora;
import io.lota4j.internal.experiment.Method.Sparse;
import io.lota4j.mask.Mask;
import io.lota4j.metrics.Figure;
import io.lota4j.metrics.Metric;
import io.lota4j.metrics.MetricsFile;
import io.lota4j.train.attribution.Attribution;
import io.lota4j.train.attribution.FreshRows;
import io.lota4j.train.attribution.GradientShare;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;

/// Measures how much of its task a stage's mask sees, at the stage's start.
///
/// @param context base and data
/// @param run whose
/// @param number of the stage, from 0
/// @param before what the stages before it left
record ShareWork(GridContext context, GridRun run, int number, FinishedStages before) {
    /// Whether there is something to measure: a whole pool sees all of its gradient, and an adapter has no
    /// mask.
    static boolean measures(GridRun run, int stage) {
        return run.variant(stage).method() instanceof Sparse;
    }

    /// The figure of a stage's mask, measured unless it was before the run was stopped.
    ///
    /// @param file keeps it
    /// @return none where there is no mask, or no gradient
    /// @throws CancellationException if stopped
    List<Metric> done(Mask mask, Path file) {
        if (Files.exists(file)) {
            return MetricsFile.read(file);
        }
        FigureCollector collected = new FigureCollector(run.order().get(number));
        of(mask).ifPresent(share -> collected.add(Figure.GRADIENT_SHARE, share.share(), share.rows()));
        AtomicFile.write(file, MetricsFile.text(collected.metrics()));
        return collected.metrics();
    }

    private Optional<GradientShare> of(Mask mask) {
        return switch (run.variant(number).method()) {
            case Lora lora -> Optional.empty();
            // Of a pool without a region it is not measured.
            case Full full ->
                mask.trainable() == mask.poolSize() ? Optional.of(new GradientShare(1, 1, 1, 1, 0)) : Optional.empty();
            case Sparse sparse -> measured(mask, fresh(sparse));
        };
    }

    private Dataset data() {
        return context.rows(run, number);
    }

    private FreshRows fresh(Sparse sparse) {
        return switch (sparse.by()) {
            case Attribution.OfTraining training ->
                FreshRows.after(data(), new WorkInputs(context).calibration(run, number, sparse));
            case Attribution.OfRows rows ->
                FreshRows.afterFirst(data(), sparse.effort().rows(), run.seed());
            case Attribution.OfBase base -> FreshRows.of(data(), run.seed());
        };
    }

    private Optional<GradientShare> measured(Mask mask, FreshRows rows) {
        List<Example> batch = rows.draw(GradientShare.ROWS);
        long start = System.nanoTime();
        try (Opened opened = context.open(before.ticket());
                Stages.Stage shown =
                        context.stages().begin("gradient " + run.order().get(number))) {
            Mask whole = Mask.full(opened.model().base(), context.experiment().pool());
            GradientShare share = GradientShare.of(
                            opened.model(),
                            whole,
                            List.of(mask),
                            batch,
                            (done, all, tokens) ->
                                    shown.at(done, all, tokens / ((System.nanoTime() - start) / 1e9), Double.NaN),
                            context.stop())
                    .orElseThrow(() -> new CancellationException("stopped"))
                    .getFirst();
            if (share.isBelowChance() && share.norm() > 0) {
                shown.warn(Text.format(
                        "%s, %s: the mask sees %s", run.label(), run.order().get(number), share.text()));
            }
            return share.norm() > 0 ? Optional.of(share) : Optional.empty();
        }
    }
}
