package io.lota4j.experiment;

import io.lota4j.internal.Text;
import io.lota4j.internal.train.Mix;
import io.lota4j.internal.train.TrainingJob;
import io.lota4j.metrics.Figure;
import io.lota4j.train.Curves;
import io.lota4j.train.Listener;
import io.lota4j.train.Progress;
import io.lota4j.train.RunState;
import java.nio.file.Files;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicLong;

/// Runs training in front of whoever listens, and can be stopped: the state stays in the work's folder, and so
/// do TensorBoard's curves.
///
/// @param context who listens
/// @param folder of the work
record ObservedRun(GridContext context, Folder folder) {
    /// Sees the model after its steps.
    interface AfterStep {
        /// Looks at none.
        AfterStep NONE = step -> {};

        void after(long step);
    }

    /// @param losses the figure that a step's loss is
    /// @throws CancellationException if stopped before the last step
    RunState run(TrainingJob job, String what, FigureCollector collected, Figure losses) {
        return run(job, what, collected, losses, AfterStep.NONE);
    }

    /// As the other method, with a look at the model after its steps.
    RunState run(TrainingJob job, String what, FigureCollector collected, Figure losses, AfterStep look) {
        RunState end = trained(job, what, look, Long.MAX_VALUE);
        if (end.step() < job.config().steps()) {
            throw new CancellationException(Text.format(
                    "stopped after step %d of %d of %s",
                    end.step(), job.config().steps(), what));
        }
        Figure seconds = losses == Figure.TRAIN_LOSS ? Figure.TRAIN_SECONDS : Figure.CALIBRATION_SECONDS;
        int examples = job.data().epochRows();
        collected.losses(losses, end.losses(), step -> job.config().examplesOf(step, examples));
        collected.losses(
                Figure.CONSTRAINED_LOSS,
                told(end, Figure.CONSTRAINED_LOSS),
                step -> job.config().examplesOf(step, examples));
        Mix mix = job.mix();
        if (mix != null) {
            collected.losses(Figure.MIX_SHARE, told(end, Figure.MIX_SHARE), step -> step * mix.perBatch());
        }
        // Unknown after a state of an earlier version, which did not keep them.
        if (!Double.isNaN(end.seconds())) {
            collected.add(seconds, end.seconds(), end.step());
        }
        return end;
    }

    /// What an objective or a mix told of each step, by the name that the figure has.
    private static List<Double> told(RunState end, Figure figure) {
        return end.figures().getOrDefault(figure.key(), List.of());
    }

    /// Trains to a step or the end, whichever comes first.
    ///
    /// @param last the step to end with
    RunState trained(TrainingJob job, String what, AfterStep look, long last) {
        boolean resume = Files.exists(folder.state());
        AtomicLong reached = new AtomicLong();
        try (Stages.Stage shown = context.stages().begin(what);
                Curves curves = Curves.open(folder.events())) {
            return job.run(
                    folder.state(),
                    context.experiment().training().saveEvery(),
                    resume,
                    new Listener() {
                        @Override
                        public void step(Progress p) {
                            look.after(p.step());
                            reached.set(p.step());
                            curves.add(p);
                            shown.at(p.step(), p.steps(), p.tokensPerSecond(), p.loss());
                        }

                        @Override
                        public void answers(int done, int all) {
                            shown.at(done, all, Double.NaN, Double.NaN);
                        }

                        @Override
                        public void warn(String sentence) {
                            shown.warn(sentence);
                        }
                    },
                    () -> reached.get() >= last || context.stop().getAsBoolean());
        }
    }
}
