package io.lota4j.cli;

import io.lota4j.Lota;
import io.lota4j.experiment.Estimate;
import io.lota4j.experiment.ExperimentRun;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.stream.Collectors;

/// Runs an experiment in front of a user.
///
/// @param recipe of the experiment
/// @param out where results go
/// @param err where progress goes
record ExperimentSession(Path recipe, PrintWriter out, PrintWriter err) {
    int run() {
        try (StopSignal stop = StopSignal.hold(System.err);
                ExperimentRun run = Lota.experiment(recipe, new ShownStages(err), stop)) {
            warnOfDisk(run);
            if (!run.run()) {
                err.println("lota: stopped; what is done is in %s. The same command goes on from there."
                        .formatted(run.out()));
                return ExitCode.INTERRUPTED;
            }
            out.println(
                    "Done: %s. Show it with: lota report %s".formatted(run.out().resolve("metrics.jsonl"), run.out()));
            return ExitCode.OK;
        }
    }

    /// Measures a step of each kind and says what all of it will take.
    int dryRun() {
        try (StopSignal stop = StopSignal.hold(System.err);
                ExperimentRun run = Lota.experiment(recipe, new ShownStages(err), stop)) {
            print(run.estimate());
            out.println("Disk: " + Plan.room(run.out(), run.bytesLeft()));
            return ExitCode.OK;
        }
    }

    /// No refusal: the estimate is a little too large, and what was done before the disk is full is not lost.
    private void warnOfDisk(ExperimentRun run) {
        long needed = run.bytesLeft();
        if (!Plan.hasRoom(run.out(), needed)) {
            err.println("lota: the disk may become full: %s. The same command goes on from there."
                    .formatted(Plan.room(run.out(), needed)));
        }
    }

    private void print(Estimate estimate) {
        out.println("%-60s%14s%14s%10s".formatted("run", "trained", "scored", "time"));
        for (Estimate.Line line : estimate.runs()) {
            out.println("%-60s%,14d%,14d%10s"
                    .formatted(line.name(), line.trained(), line.scored(), ProgressText.duration(line.seconds())));
        }
        out.println("%-60s%,14d%,14d%10s"
                .formatted(
                        "all, in tokens",
                        estimate.trained(),
                        estimate.scored(),
                        ProgressText.duration(estimate.seconds())));
        out.println("%d of %d stages are done; what runs share is counted once, with the first of them."
                .formatted(estimate.done(), estimate.stages()));
        out.println("Measured just now, tokens a second: "
                + estimate.rates().entrySet().stream()
                        .map(rate ->
                                "%s %s".formatted(rate.getKey(), String.format(Locale.ROOT, "%.0f", rate.getValue())))
                        .collect(Collectors.joining(", ")));
    }
}
