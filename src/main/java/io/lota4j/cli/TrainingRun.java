package io.lota4j.cli;

import io.lota4j.LotaException;
import io.lota4j.ProcessMemory;
import io.lota4j.train.Job;
import io.lota4j.train.MemoryEstimate;
import io.lota4j.train.RunState;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// Runs a job in front of a user: a progress line, and a resumable state on Ctrl-C.
///
/// @param what the run is called in messages
/// @param err where they go
record TrainingRun(String what, PrintWriter err) {

    /// The state at the end, or empty when the run was stopped before it.
    Optional<RunState> run(Job job, StateOptions options, Path out) {
        Path state = options.file(out);
        if (!options.resume() && Files.exists(state)) {
            throw new LotaException(state + ": a stopped run left its state. Go on from it with --resume, or remove "
                    + "the file to start anew.");
        }
        err.println(KernelOptions.line(job.kernel()));
        try (StopSignal stop = StopSignal.hold(System.err);
                MetricsLog metrics = MetricsLog.open(options.metrics());
                Curves curves = Curves.open(options.tensorboard());
                ProgressBar bar = ProgressBar.on(err, what)) {
            RunState end = job.run(
                    state,
                    options.every(),
                    options.resume(),
                    p -> {
                        metrics.add(p);
                        curves.add(p);
                        bar.update(p.step(), p.steps(), p.tokensPerSecond(), p.loss());
                    },
                    stop);
            if (end.step() < job.config().steps()) {
                bar.close();
                err.println("lota: stopped after step %d of %d; the state is in %s. Go on with --resume."
                        .formatted(end.step(), job.config().steps(), state));
                return Optional.empty();
            }
            bar.close();
            ProcessMemory.peak()
                    .ifPresent(peak -> err.println("peak memory %s, predicted %s"
                            .formatted(
                                    Words.bytes(peak),
                                    Words.bytes(MemoryEstimate.of(job).total()))));
            return Optional.of(end);
        }
    }

    /// Removes the state of a run whose result is written.
    static void forget(Path state) {
        try {
            Files.deleteIfExists(state);
        } catch (IOException e) {
            throw new LotaException(state + ": the finished run's state could not be removed: " + e.getMessage(), e);
        }
    }
}
