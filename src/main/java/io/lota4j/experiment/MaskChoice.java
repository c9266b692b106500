package io.lota4j.experiment;

import io.lota4j.data.Dataset;
import io.lota4j.experiment.Bench.Opened;
import io.lota4j.internal.Text;
import io.lota4j.internal.experiment.GridRun;
import io.lota4j.internal.experiment.Method.Sparse;
import io.lota4j.internal.mask.Complement;
import io.lota4j.internal.mask.Room;
import io.lota4j.internal.train.Job;
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

/// Chooses the mask of a stage, or finds that it has been chosen.
///
/// @param bench base and data
/// @param wanted sparsities for which a choice is to be made, by its inputs' digest
record MaskChoice(Bench bench, Wanted wanted) {
    /// Which sparsities of a choice the grid wants.
    @FunctionalInterface
    interface Wanted {
        SortedSet<Double> of(String digest);
    }

    /// Chooses the mask of a stage unless it is there.
    ///
    /// @param avoided what a disjoint mask has nothing in common with
    void choose(GridRun run, int stage, Sparse sparse, Opened opened, List<Avoided> avoided) {
        Inputs inputs = new Identity(bench).choice(run, stage, sparse);
        String task = run.order().get(stage);
        Folder folder = folder(run, stage, sparse);
        if (!folder.isDone() || !Files.exists(folder.mask(sparse.sparsity()))) {
            folder.begin(inputs);
            Work work = new Work(run, stage, sparse, opened, among(opened, sparse, avoided), folder);
            Ledger ledger = new Ledger(task);
            work.choose(ledger);
            folder.finish(ledger.metrics());
        }
    }

    /// Where the mask of a stage lies.
    Folder folder(GridRun run, int stage, Sparse sparse) {
        String label = Text.format(
                "%s-%s-s%d", GridRun.slug(sparse.by().name()), run.order().get(stage), run.seed());
        return Folder.of(
                bench.experiment().out().resolve("masks"), label, new Identity(bench).choice(run, stage, sparse));
    }

    /// The mask of a stage, once it is chosen.
    Mask chosen(GridRun run, int stage, Sparse sparse) {
        return MaskFile.read(folder(run, stage, sparse).mask(sparse.sparsity()));
    }

    private Mask among(Opened opened, Sparse sparse, List<Avoided> avoided) {
        Mask pool = Mask.full(opened.model().base(), bench.experiment().pool());
        Mask among = sparse.disjoint() && !avoided.isEmpty() ? Complement.of(pool, avoided) : pool;
        Room.require(among, sparse.sparsity(), sparse.scope());
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

        void choose(Ledger ledger) {
            switch (sparse.by()) {
                case Attribution.OfTraining training -> calibrate(ledger);
                case Attribution.OfBase base ->
                    write(base.mask(
                            opened.model().base(),
                            among,
                            sparse.sparsity(),
                            sparse.scope(),
                            Identity.randomSeed(run, stage)));
                case Attribution.OfRows rows -> score(rows, ledger);
            }
        }

        private void write(Mask mask) {
            MaskFile.write(folder.mask(mask.info().requestedSparsity()), mask);
        }

        private Dataset data() {
            return bench.rows(run, stage);
        }

        private void calibrate(Ledger ledger) {
            Identity identity = new Identity(bench);
            Job job = new Job(
                    opened.model(),
                    among,
                    data(),
                    identity.calibration(run, stage, sparse),
                    bench.kernel(),
                    opened.start());
            RunState end = new Watched(bench, folder)
                    .run(job, "calibrate " + run.order().get(stage), ledger, Figure.CALIBRATION_LOSS);
            String digest = identity.choice(run, stage, sparse).digest().now();
            for (double sparsity : wanted.of(digest)) {
                write(job.calibrated(end, sparsity, sparse.scope()));
            }
            ledger.add(Figure.CALIBRATION_TOKENS, end.tokens(), end.step());
        }

        private void score(Attribution.OfRows by, Ledger ledger) {
            Dataset all = data().unweighted();
            int rows = Math.min(sparse.effort().rows(), all.examples().size());
            Dataset first = all.part(0, rows);
            long start = System.nanoTime();
            long[] tokens = {0};
            try (Stages.Stage shown =
                    bench.stages().begin(by.name() + " " + run.order().get(stage))) {
                write(new Scoring(opened.model(), among, first)
                        .mask(by, sparse.sparsity(), sparse.scope(), (done, of, count) -> {
                            bench.check();
                            tokens[0] = count;
                            shown.at(done, of, count / ((System.nanoTime() - start) / 1e9), Double.NaN);
                        }));
            }
            ledger.add(Figure.CALIBRATION_TOKENS, tokens[0], rows);
            ledger.add(Figure.CALIBRATION_SECONDS, (System.nanoTime() - start) / 1e9, rows);
        }
    }
}
