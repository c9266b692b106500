package io.lota4j.experiment;

import io.lota4j.data.Dataset;
import io.lota4j.experiment.GridContext.Opened;
import io.lota4j.internal.Text;
import io.lota4j.internal.experiment.GridRun;
import io.lota4j.internal.experiment.Method.Sparse;
import io.lota4j.internal.mask.Complement;
import io.lota4j.internal.mask.EnoughWeights;
import io.lota4j.internal.train.Job;
import io.lota4j.internal.train.LossChanges;
import io.lota4j.mask.Avoided;
import io.lota4j.mask.Mask;
import io.lota4j.mask.MaskFile;
import io.lota4j.metrics.Figure;
import io.lota4j.train.RunState;
import io.lota4j.train.attribution.Attribution;
import io.lota4j.train.attribution.Scoring;
import java.nio.file.Files;
import java.util.List;
import java.util.SortedSet;
import org.jspecify.annotations.Nullable;

/// Chooses the mask of a stage, or finds that it has been chosen.
///
/// @param context base and data
/// @param wanted sparsities for which a choice is to be made, by its inputs' digest
record MaskChoice(GridContext context, Wanted wanted) {
    /// Which sparsities of a choice the grid wants.
    @FunctionalInterface
    interface Wanted {
        SortedSet<Double> of(String digest);
    }

    /// Chooses the mask of a stage unless it is there.
    ///
    /// @param avoided what the mask has nothing in common with
    void choose(GridRun run, int stage, Sparse sparse, Opened opened, List<Avoided> avoided) {
        InputDigest inputs = new WorkInputs(context).choice(run, stage, sparse);
        String task = run.order().get(stage);
        Folder folder = folder(run, stage, sparse);
        if (!folder.isDone() || !Files.exists(folder.mask(sparse.sparsity()))) {
            folder.begin(inputs);
            Work work = new Work(run, stage, sparse, opened, among(opened, sparse, avoided), folder);
            FigureCollector collected = new FigureCollector(task);
            work.choose(collected);
            folder.finish(collected.metrics());
        }
    }

    /// Where the mask of a stage lies.
    Folder folder(GridRun run, int stage, Sparse sparse) {
        String label = Text.format(
                "%s-%s-s%d", GridRun.slug(sparse.by().name()), run.order().get(stage), run.seed());
        return context.places().folder("masks", label, new WorkInputs(context).choice(run, stage, sparse));
    }

    /// The mask of a stage, once it is chosen.
    Mask chosen(GridRun run, int stage, Sparse sparse) {
        return MaskFile.read(folder(run, stage, sparse).mask(sparse.sparsity()));
    }

    private Mask among(Opened opened, Sparse sparse, List<Avoided> avoided) {
        Mask pool = Mask.full(opened.model().base(), context.experiment().pool());
        Mask among = Complement.of(pool, avoided);
        EnoughWeights.require(among, sparse.sparsity(), sparse.scope());
        return among;
    }

    /// One choice to make.
    private final class Work {
        private final GridRun run;
        private final int stage;
        private final Sparse sparse;
        private final Opened opened;
        private final Mask among;
        private final Folder folder;

        Work(GridRun run, int stage, Sparse sparse, Opened opened, Mask among, Folder folder) {
            this.run = run;
            this.stage = stage;
            this.sparse = sparse;
            this.opened = opened;
            this.among = among;
            this.folder = folder;
        }

        void choose(FigureCollector collected) {
            switch (sparse.by()) {
                case Attribution.OfTraining training -> calibrate(training, collected);
                case Attribution.OfBase base ->
                    write(base.mask(
                            opened.model().base(),
                            among,
                            sparse.sparsity(),
                            sparse.scope(),
                            WorkInputs.randomSeed(run, stage)));
                case Attribution.OfRows rows -> score(rows, collected);
            }
        }

        private void write(Mask mask) {
            MaskFile.write(folder.mask(mask.info().requestedSparsity()), mask);
        }

        private Dataset data() {
            return context.rows(run, stage);
        }

        private void calibrate(Attribution.OfTraining by, FigureCollector collected) {
            try (LossChanges sums =
                    by.sumsSteps() ? new LossChanges(opened.model().decoder(), among) : null) {
                calibrate(sums, collected);
            }
        }

        private void calibrate(@Nullable LossChanges sums, FigureCollector collected) {
            WorkInputs identity = new WorkInputs(context);
            Job job = new Job(
                            opened.model(),
                            among,
                            data(),
                            identity.calibration(run, stage, sparse),
                            context.kernel(),
                            opened.start())
                    .counting(sums);
            RunState end = new ObservedRun(context, folder)
                    .run(job, "calibrate " + run.order().get(stage), collected, Figure.CALIBRATION_LOSS);
            String digest = identity.choice(run, stage, sparse).digest().now();
            for (double sparsity : wanted.of(digest)) {
                write(job.calibrated(end, sparsity, sparse.scope()));
            }
            collected.add(Figure.CALIBRATION_TOKENS, end.tokens(), end.step());
        }

        private void score(Attribution.OfRows by, FigureCollector collected) {
            Dataset all = data().unweighted();
            int rows = Math.min(sparse.effort().rows(), all.examples().size());
            Dataset first = all.part(0, rows);
            long start = System.nanoTime();
            long[] tokens = {0};
            try (Stages.Stage shown =
                    context.stages().begin(by.name() + " " + run.order().get(stage))) {
                write(new Scoring(opened.model(), among, first)
                        .mask(by, sparse.sparsity(), sparse.scope(), (done, of, count) -> {
                            context.check();
                            tokens[0] = count;
                            shown.at(done, of, count / ((System.nanoTime() - start) / 1e9), Double.NaN);
                        }));
            }
            collected.add(Figure.CALIBRATION_TOKENS, tokens[0], rows);
            collected.add(Figure.CALIBRATION_SECONDS, (System.nanoTime() - start) / 1e9, rows);
        }
    }
}
