package io.lota4j.cli;

import io.lota4j.internal.ProcessMemory;
import io.lota4j.internal.Text;
import io.lota4j.train.Curves;
import io.lota4j.train.ForwardingListener;
import io.lota4j.train.HeldOutLoss;
import io.lota4j.train.Listener;
import io.lota4j.train.Progress;
import io.lota4j.train.RunObserver;
import io.lota4j.train.RunObserver.Outlook;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What a user sees of a run, and the user's Ctrl-C: from when all is ready for the first step until it is
/// closed.
final class RunDisplay implements AutoCloseable {
    private final String what;
    private final StateOptions options;
    private final Messages messages;
    private final Deque<Runnable> closers = new ArrayDeque<>();
    private Listener shown = p -> {};
    private Consumer<String> lines;
    private long predicted;
    private OptionalLong peak = OptionalLong.empty();
    private final Beside metrics = new Beside(this::line);
    private final Beside curves = new Beside(this::line);

    /// @param what the run is called
    RunDisplay(String what, StateOptions options, Messages messages) {
        this.what = what;
        this.options = options;
        this.messages = messages;
        this.lines = messages::tell;
    }

    /// Hears of the run.
    RunObserver observer() {
        return RunObserver.steps(new ForwardingListener(() -> shown))
                .onWarning(sentence -> lines.accept("lota: warning: " + sentence))
                .onStart(this::start)
                .stopWhen(StopSignal::stopping);
    }

    private void start(Outlook run) {
        predicted = run.memory().total();
        closers.push(StopSignal.hold(System.err)::close);
        MetricsLog rows = MetricsLog.open(options.metrics(), run.from().step());
        closers.push(() -> metrics.close(rows::close));
        Curves points = Curves.open(options.tensorboard());
        closers.push(() -> curves.close(points::close));
        // Behind what may be refused.
        messages.note("kernel " + run.kernel());
        ProgressBar bar = messages.bar(what);
        closers.push(bar::close);
        lines = line -> {
            bar.clear();
            messages.tell(line);
        };
        double lowest = run.from().best().map(HeldOutLoss::loss).orElse(Double.POSITIVE_INFINITY);
        shown = new Shown(rows, points, bar, lowest);
    }

    /// Steps and scores, in the bar and the files.
    private final class Shown implements Listener {
        private final MetricsLog rows;
        private final Curves points;
        private final ProgressBar bar;
        private @Nullable ProgressBar part;
        private double lowest;

        /// @param lowest loss of the held-out rows so far
        Shown(MetricsLog rows, Curves points, ProgressBar bar, double lowest) {
            this.rows = rows;
            this.points = points;
            this.bar = bar;
            this.lowest = lowest;
        }

        @Override
        public void step(Progress p) {
            metrics.write(() -> rows.add(p));
            curves.write(() -> points.add(p));
            bar.update(p.step(), p.steps(), p.tokensPerSecond(), p.loss());
            if (p.step() == p.steps()) {
                // What comes after the last step is no part of the prediction.
                peak = ProcessMemory.peak();
            }
        }

        @Override
        public void scoring(int done, int all) {
            part("held out", done, all);
        }

        @Override
        public void reference(int done, int all) {
            part("reference", done, all);
        }

        @Override
        public void answers(int done, int all) {
            part("answers", done, all);
        }

        private void part(String label, int done, int all) {
            ProgressBar shownPart = part == null ? bar.part(label) : part;
            shownPart.update(done, all);
            if (done == all) {
                shownPart.clear();
            }
            part = done == all ? null : shownPart;
        }

        @Override
        public void heldOut(HeldOutLoss score) {
            metrics.write(() -> rows.add(score));
            curves.write(() -> points.add(score));
            bar.clear();
            messages.note(Text.format(
                    "step %d: held-out loss %.4f%s%s",
                    score.step(),
                    score.loss(),
                    score.loss() < lowest ? ", the lowest so far" : "",
                    figures(score.figures())));
            lowest = Math.min(lowest, score.loss());
            peak = ProcessMemory.peak();
        }
    }

    /// `, reward accuracy 0.7500, reward margin 0.0312`
    private static String figures(Map<String, Double> figures) {
        return figures.entrySet().stream()
                .map(figure -> Text.format(", %s %.4f", figure.getKey().replace('_', ' '), figure.getValue()))
                .collect(Collectors.joining());
    }

    private void line(String text) {
        lines.accept(text);
    }

    /// Why files that were written while the run went on are not whole; empty if all are.
    List<String> failures() {
        return Stream.of(metrics, curves)
                .flatMap(file -> file.failure().stream())
                .toList();
    }

    /// Says how much memory a finished run took.
    void memory() {
        peak.ifPresent(bytes -> messages.note(
                Text.format("peak memory %s, predicted %s", ResultLines.bytes(bytes), ResultLines.bytes(predicted))));
    }

    @Override
    public void close() {
        while (!closers.isEmpty()) {
            closers.pop().run();
        }
    }
}
