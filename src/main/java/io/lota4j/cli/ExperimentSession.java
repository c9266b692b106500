package io.lota4j.cli;

import io.lota4j.Lota;
import io.lota4j.experiment.Estimate;
import io.lota4j.experiment.ExperimentRun;
import io.lota4j.internal.Text;
import java.io.PrintWriter;
import java.nio.file.Path;
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
            run.notices().forEach(notice -> err.println("lota: " + notice));
            warnOfDisk(run);
            if (!run.run()) {
                err.println(Text.format(
                        "lota: stopped. Progress is saved in %s; run the same command to resume.", run.out()));
                return ExitCode.INTERRUPTED;
            }
            out.println(Text.format(
                    "Done: %s. Show it with: lota report %s", run.out().resolve("metrics.jsonl"), run.out()));
            return ExitCode.OK;
        }
    }

    /// Measures a step of each kind and says what all of it will take.
    int dryRun() {
        try (StopSignal stop = StopSignal.hold(System.err);
                ExperimentRun run = Lota.experiment(recipe, new ShownStages(err), stop)) {
            run.notices().forEach(notice -> err.println("lota: " + notice));
            print(run.estimate());
            out.println("Disk: " + Plan.room(run.out(), run.bytesLeft()));
            return ExitCode.OK;
        }
    }

    /// No refusal: the estimate is a little too large, and what was done before the disk is full is not lost.
    private void warnOfDisk(ExperimentRun run) {
        long needed = run.bytesLeft();
        if (!Plan.hasRoom(run.out(), needed)) {
            err.println(Text.format(
                    "lota: the disk may become full: %s. If it does, free some room and run the same command to"
                            + " resume.",
                    Plan.room(run.out(), needed)));
        }
    }

    private void print(Estimate estimate) {
        out.println(Text.format("%-60s%14s%14s%10s", "run", "trained", "scored", "time"));
        for (Estimate.Line line : estimate.runs()) {
            out.println(Text.format(
                    "%-60s%,14d%,14d%10s",
                    line.name(), line.trained(), line.scored(), ProgressText.duration(line.seconds())));
        }
        out.println(Text.format(
                "%-60s%,14d%,14d%10s",
                "all, in tokens", estimate.trained(), estimate.scored(), ProgressText.duration(estimate.seconds())));
        out.println(Text.format(
                "%d of %d stages are done; what runs share is counted once, with the first of them.",
                estimate.done(), estimate.stages()));
        out.println("Measured just now, tokens a second: "
                + estimate.rates().entrySet().stream()
                        .map(rate -> Text.format("%s %s", rate.getKey(), Text.format("%.0f", rate.getValue())))
                        .collect(Collectors.joining(", ")));
    }
}
