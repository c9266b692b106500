package io.lota4j.cli;

import io.lota4j.Lota;
import io.lota4j.experiment.Estimate;
import io.lota4j.experiment.ExperimentRun;
import io.lota4j.experiment.WorkEngine;
import io.lota4j.internal.Text;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// Runs an experiment in front of a user.
///
/// @param recipe of the experiment
/// @param engine that does its works; empty: this process
/// @param result what comes of it
/// @param messages where progress goes
record ExperimentSession(Path recipe, Optional<WorkEngine> engine, Result result, Messages messages) {
    int run() {
        try (StopSignal stop = StopSignal.hold(System.err);
                ExperimentRun run = Lota.experiment(recipe, new ShownStages(messages), stop)) {
            messages.tellAll(run.notices());
            warnOfDisk(run);
            if (!engine.map(other -> run.run(other, messages::note)).orElseGet(run::run)) {
                messages.tell(Text.format(
                        "lota: stopped. Progress is saved in %s; run the same command to resume.", run.out()));
                return ExitCode.INTERRUPTED;
            }
            result.say(
                    "Done: %s. Show it with: lota report %s",
                    Figure.of(Key.METRICS, run.out().resolve("metrics.jsonl")), Figure.of(Key.PATH, run.out()));
            return ExitCode.OK;
        }
    }

    /// Measures a step of each kind and says what all of it will take.
    int dryRun() {
        try (StopSignal stop = StopSignal.hold(System.err);
                ExperimentRun run = Lota.experiment(recipe, new ShownStages(messages), stop)) {
            messages.tellAll(run.notices());
            result.also(Key.DRY_RUN, true);
            engine.ifPresent(other -> other.plan(run.plan())
                    .forEach(line -> result.add(Key.PLAN, Sentence.of("%s", Figure.of(Key.DETAIL, line)))));
            print(run.estimate());
            result.say(DryRun.room(run.out(), run.bytesLeft()).after("Disk: "));
            return ExitCode.OK;
        }
    }

    /// No refusal: the estimate is a little too large, and what was done before the disk is full is not lost.
    private void warnOfDisk(ExperimentRun run) {
        long needed = run.bytesLeft();
        if (!DryRun.hasRoom(run.out(), needed)) {
            messages.tell(Text.format(
                    "lota: the disk may become full: %s. If it does, free some room and run the same command to"
                            + " resume.",
                    DryRun.room(run.out(), needed)));
        }
    }

    private void print(Estimate estimate) {
        result.line(Text.format("%-60s%14s%14s%10s", "run", "trained", "scored", "time"));
        for (Estimate.Line line : estimate.runs()) {
            result.add(
                    Key.PLAN,
                    Sentence.join(
                            "",
                            List.of(
                                    Sentence.of("%-60s", Figure.of(Key.NAME, line.name())),
                                    work(line.trained(), line.scored(), line.seconds()))));
        }
        result.say(work(estimate.trained(), estimate.scored(), estimate.seconds())
                .after(Text.format("%-60s", "all, in tokens")));
        result.say(
                "%s of %s stages are done; what runs share is counted once, with the first of them.",
                Figure.of(Key.STAGES_DONE, estimate.done()), Figure.of(Key.STAGES, estimate.stages()));
        String rates = estimate.rates().entrySet().stream()
                .map(rate -> Text.format("%s %s", rate.getKey(), Text.format("%.0f", rate.getValue())))
                .collect(Collectors.joining(", "));
        result.say(
                "Measured just now, tokens per second: %s", new Figure(Key.TOKENS_PER_SECOND, estimate.rates(), rates));
    }

    private static Sentence work(long trained, long scored, double seconds) {
        return Sentence.of(
                "%14s%14s%10s",
                Figure.count(Key.TRAINED_TOKENS, trained),
                Figure.count(Key.SCORED_TOKENS, scored),
                new Figure(Key.SECONDS, seconds, ProgressText.duration(seconds)));
    }
}
