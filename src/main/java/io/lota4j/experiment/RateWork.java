package io.lota4j.experiment;

import io.lota4j.data.Dataset;
import io.lota4j.experiment.GridContext.Opened;
import io.lota4j.internal.Text;
import io.lota4j.internal.experiment.Experiment;
import io.lota4j.internal.experiment.GridRun;
import io.lota4j.internal.experiment.KeptScores;
import io.lota4j.internal.experiment.Method.Lora;
import io.lota4j.internal.model.NotFiniteException;
import io.lota4j.internal.train.Job;
import io.lota4j.internal.train.Trainer;
import io.lota4j.internal.train.TrainingJob;
import io.lota4j.internal.train.lora.LoraJob;
import io.lota4j.mask.Mask;
import io.lota4j.ticket.ShrinkRule.Score;
import io.lota4j.train.HeldOut;
import io.lota4j.train.RateSearch;
import io.lota4j.train.RunState;
import io.lota4j.train.TrainConfig;
import io.lota4j.train.objective.Objective;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;

/// Finds the learning rate of a stage whose method says `auto`, as [RateSearch] says, from the stage's own start and
/// by the validation rows of its task. Nothing that protects the run has a part in it: the same rate is found with a
/// protection and without, but where the protection chooses other weights.
///
/// @param context base and data
/// @param run whose
/// @param number of the stage, from 0
record RateWork(GridContext context, GridRun run, int number) {
    /// The rows that decide.
    Dataset rows() {
        Dataset rows = context.data(run.order().get(number)).validation().orElseThrow();
        return objective().readsWeights() ? rows : rows.unweighted();
    }

    private Objective objective() {
        return context.experiment().unprotected(run, number);
    }

    private TrainConfig config() {
        Experiment experiment = context.experiment();
        return experiment
                .training(run.variant(number))
                .config(
                        StepBudget.of(experiment, run, number).training(),
                        RateSearch.RATES.getFirst(),
                        run.seed(),
                        objective());
    }

    /// Does what is not done yet.
    ///
    /// @param file of the losses that are known
    /// @param before what the stages before it left
    /// @param mask of the stage; of an adapter all that it adapts
    /// @throws CancellationException if stopped
    RateSearch done(Path file, Optional<Path> before, Mask mask) {
        KeptScores known = new KeptScores(file);
        double start = known.of("start", () -> start(before)).loss();
        return RateSearch.run(
                RateSearch.stepsOf(config().steps()),
                start,
                rate -> known.of(GridRun.rate(rate), () -> tried(rate, before, mask))
                        .loss());
    }

    private Score start(Optional<Path> before) {
        try (Opened opened = context.open(before);
                Stages.Stage shown = begin("score the start")) {
            return new HeldOut(rows(), 1)
                    .loss(
                            opened.model().decoder(),
                            0,
                            objective(),
                            null,
                            (done, all) -> shown.at(done, all, Double.NaN, Double.NaN),
                            context.stop())
                    .map(found -> new Score(found.loss(), List.of()))
                    .orElseThrow(() -> new CancellationException("stopped"));
        }
    }

    private Score tried(double rate, Optional<Path> before, Mask mask) {
        TrainConfig test = RateSearch.test(config(), rate);
        HeldOut scored = new HeldOut(rows(), test.steps(), HeldOut.Keep.LAST, 0);
        try (Opened opened = context.open(before);
                Stages.Stage shown = begin("try rate " + GridRun.rate(rate))) {
            if (run.variant(number).method() instanceof Lora lora) {
                try (LoraJob job = new LoraJob(
                        opened.model(),
                        lora.config(context.experiment().pool()),
                        context.rows(run, number),
                        test,
                        context.kernel(),
                        opened.start(),
                        scored)) {
                    return tried(job, scored, shown);
                }
            }
            Job job = new Job(opened.model(), mask, context.rows(run, number), test, context.kernel(), opened.start());
            return tried(job.scoredOn(scored), scored, shown);
        }
    }

    private Score tried(TrainingJob job, HeldOut scored, Stages.Stage shown) {
        try (Trainer trainer = job.trainer().scoring(scored)) {
            RunState end = trainer.run(
                    step -> shown.at(step.step(), step.steps(), step.tokensPerSecond(), step.loss()), context.stop());
            if (!job.finished(end)) {
                throw new CancellationException("stopped");
            }
            return new Score(end.heldOut().getLast().loss(), List.of());
        } catch (NotFiniteException tooBold) {
            return new Score(Double.POSITIVE_INFINITY, List.of());
        }
    }

    private Stages.Stage begin(String what) {
        return context.stages().begin(Text.format("%s for %s", what, run.order().get(number)));
    }
}
