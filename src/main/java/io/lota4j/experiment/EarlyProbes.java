package io.lota4j.experiment;

import io.lota4j.LotaException;
import io.lota4j.experiment.GridContext.Opened;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.AtomicFile;
import io.lota4j.internal.experiment.GridRun;
import io.lota4j.metrics.Metric;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What probes are asked while a stage is trained. The training leaves a ticket of each of these steps, which is gone
/// once it is asked.
///
/// @param context base and data
/// @param run whose
/// @param number of the stage, from 0
record EarlyProbes(GridContext context, GridRun run, int number) {
    /// Steps before the last after which some probe is asked, rising.
    List<Long> steps() {
        long last = last();
        return context.experiment().probes().stream()
                .flatMap(probe -> probe.at().steps().stream())
                .map(Integer::longValue)
                .filter(step -> step < last)
                .distinct()
                .sorted()
                .toList();
    }

    private long last() {
        return StepBudget.of(context.experiment(), run, number).training();
    }

    /// The steps of which something is left to ask.
    List<Long> missing() {
        return steps().stream().filter(step -> scores(step).isMissing()).toList();
    }

    /// Those that the training has still to come by.
    List<Long> wanted() {
        return missing().stream().filter(step -> !Files.exists(ticket(step))).toList();
    }

    Path ticket(long step) {
        return StageWork.folder(context, run, number).ticket(step);
    }

    private ProbeScores scores(long step) {
        return new ProbeScores(
                context,
                Text.format("%s after step %d", run.label(), step),
                InputDigest.of("steps")
                        .with(
                                "stage",
                                new WorkInputs(context).stage(run, number).digest())
                        .with("step", step)
                        .digest(),
                ProbeScores.Asked.EARLY,
                context.secret(run));
    }

    /// Asks what is left, of tickets that are there.
    void ask() {
        for (long step : missing()) {
            try (Opened opened = context.open(Optional.of(ticket(step)))) {
                scores(step).run(opened.model());
            }
        }
        for (long step : steps()) {
            try {
                AtomicFile.delete(ticket(step));
            } catch (IOException e) {
                throw new LotaException(Text.format("%s: cannot be removed: %s", ticket(step), e.getMessage()), e);
            }
        }
    }

    /// The figures that are there: before the stage, after its steps, and at its end.
    ///
    /// @param before the model that the stage starts from
    /// @param end the model that it ends with
    List<Metric> done(ProbeScores before, ProbeScores end) {
        List<Metric> figures = new ArrayList<>(before.at(0));
        steps().forEach(step -> figures.addAll(scores(step).at(step)));
        figures.addAll(end.at(last()));
        return figures;
    }

    /// What is left to ask.
    ProbeScores.Load left() {
        long read = 0;
        long generated = 0;
        for (long step : missing()) {
            ProbeScores.Load load = scores(step).left();
            read += load.read();
            generated += load.generated();
        }
        return new ProbeScores.Load(read, generated);
    }
}
