package io.lota4j.cli;

import io.lota4j.ProcessMemory;
import io.lota4j.Text;
import io.lota4j.train.Curves;
import io.lota4j.train.HeldOutLoss;
import io.lota4j.train.Listener;
import io.lota4j.train.Outlook;
import io.lota4j.train.Progress;
import io.lota4j.train.Watch;
import java.io.PrintWriter;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// What a user sees of a run, and the user's Ctrl-C: from when all is ready for the first step until it is
/// closed.
final class RunDisplay implements AutoCloseable {
    private final String what;
    private final StateOptions options;
    private final PrintWriter err;
    private final Deque<Runnable> closers = new ArrayDeque<>();
    private Consumer<Progress> steps = p -> {};
    private Consumer<String> lines;
    private Consumer<HeldOutLoss> scores = score -> {};
    private ScoringListener scoring = (done, all) -> {};
    private double lowest = Double.POSITIVE_INFINITY;

    /// Hears how far the scoring of held-out rows has come.
    private interface ScoringListener {
        void scored(int done, int all);
    }

    private long predicted;
    private OptionalLong peak = OptionalLong.empty();

    /// @param what the run is called
    RunDisplay(String what, StateOptions options, PrintWriter err) {
        this.what = what;
        this.options = options;
        this.err = err;
        this.lines = err::println;
    }

    /// Hears of the run.
    Watch watch() {
        return Watch.steps(new Listener() {
                    @Override
                    public void step(Progress progress) {
                        steps.accept(progress);
                    }

                    @Override
                    public void scoring(int done, int all) {
                        scoring.scored(done, all);
                    }

                    @Override
                    public void heldOut(HeldOutLoss score) {
                        scores.accept(score);
                    }
                })
                .onWarning(sentence -> lines.accept("lota: warning: " + sentence))
                .onStart(this::start)
                .stopWhen(StopSignal::stopping);
    }

    private void start(Outlook run) {
        err.println("kernel " + run.kernel());
        predicted = run.memory().total();
        closers.push(StopSignal.hold(System.err)::close);
        MetricsLog metrics = MetricsLog.open(options.metrics(), run.from().step());
        closers.push(metrics::close);
        Curves curves = Curves.open(options.tensorboard());
        closers.push(curves::close);
        ProgressBar bar = ProgressBar.on(err, what);
        closers.push(bar::close);
        lines = bar::interrupt;
        lowest = run.from().best().map(HeldOutLoss::loss).orElse(lowest);
        scoring = scoring(bar);
        scores = score -> {
            metrics.add(score);
            curves.add(score);
            bar.interrupt(Text.format(
                    "step %d: held-out loss %.4f%s",
                    score.step(), score.loss(), score.loss() < lowest ? ", the lowest so far" : ""));
            lowest = Math.min(lowest, score.loss());
            peak = ProcessMemory.peak();
        };
        steps = p -> {
            metrics.add(p);
            curves.add(p);
            bar.update(p.step(), p.steps(), p.tokensPerSecond(), p.loss());
            if (p.step() == p.steps()) {
                // What comes after the last step is no part of the prediction.
                peak = ProcessMemory.peak();
            }
        };
    }

    private static ScoringListener scoring(ProgressBar bar) {
        @Nullable ProgressBar[] part = {null};
        return (done, all) -> {
            ProgressBar shown = part[0] == null ? bar.part("held out") : part[0];
            shown.update(done, all);
            part[0] = shown;
            if (done == all) {
                shown.clear();
                part[0] = null;
            }
        };
    }

    /// Says how much memory a finished run took.
    void memory() {
        peak.ifPresent(bytes ->
                err.println(Text.format("peak memory %s, predicted %s", Words.bytes(bytes), Words.bytes(predicted))));
    }

    @Override
    public void close() {
        while (!closers.isEmpty()) {
            closers.pop().run();
        }
    }
}
