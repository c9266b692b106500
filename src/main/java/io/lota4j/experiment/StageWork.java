package io.lota4j.experiment;

import io.lota4j.LotaException;
import io.lota4j.data.Dataset;
import io.lota4j.experiment.Bench.Opened;
import io.lota4j.internal.ProcessMemory;
import io.lota4j.internal.Text;
import io.lota4j.internal.experiment.GridRun;
import io.lota4j.internal.experiment.Method;
import io.lota4j.internal.experiment.Method.Full;
import io.lota4j.internal.experiment.Method.Lora;
import io.lota4j.internal.experiment.Method.Sparse;
import io.lota4j.internal.train.Job;
import io.lota4j.internal.train.TrainingJob;
import io.lota4j.internal.train.lora.LoraJob;
import io.lota4j.mask.Avoided;
import io.lota4j.mask.Mask;
import io.lota4j.mask.Pool;
import io.lota4j.metrics.Figure;
import io.lota4j.metrics.Metric;
import io.lota4j.ticket.Ticket;
import io.lota4j.ticket.TicketFile;
import io.lota4j.train.RunState;
import java.util.ArrayList;
import java.util.List;

/// One stage of a run: a task learned on top of those before it.
///
/// @param bench base and data
/// @param choice of masks
/// @param run whose
/// @param number of the stage, from 0
/// @param trail what the stages before it left
record StageWork(Bench bench, MaskChoice choice, GridRun run, int number, Trail trail) {

    /// Where a stage's work lies. Methods that begin alike share it, so it is not named after one of them.
    static Folder folder(Bench bench, GridRun run, int number) {
        String label = Text.format(
                "%s-%s-s%d", slug(run.variant().method()), run.order().get(number), run.seed());
        return Folder.of(bench.experiment().out().resolve("stages"), label, new Identity(bench).stage(run, number));
    }

    /// Where what a stage ends with lies: its training, or what was made of that.
    static Folder result(Bench bench, GridRun run, int number) {
        return run.protection()
                .shrink()
                .map(shrink -> new ShrinkWork(bench, run, number, shrink).folder())
                .orElseGet(() -> folder(bench, run, number));
    }

    /// Whether nothing of a stage is left to do but its scores.
    static boolean isDone(Bench bench, GridRun run, int number) {
        return folder(bench, run, number).isDone() && result(bench, run, number).isDone();
    }

    static String slug(Method method) {
        return switch (method) {
            case Sparse sparse -> GridRun.slug(sparse.by().name() + "-" + sparse.sparsity());
            case Full full -> "full";
            case Lora lora -> "lora-r" + lora.rank();
        };
    }

    /// Does what is not done yet.
    ///
    /// @return the trail with this stage
    Trail done() {
        Folder folder = folder(bench, run, number);
        if (!folder.isDone()) {
            train(folder);
        }
        return trail.then(end(folder).ticket(), mask(), task());
    }

    /// What the stage ends with.
    private Folder end(Folder trained) {
        return run.protection()
                .shrink()
                .map(shrink -> new ShrinkWork(bench, run, number, shrink).done(trained, trail))
                .orElse(trained);
    }

    private String task() {
        return run.order().get(number);
    }

    private Dataset data() {
        return bench.rows(run, number);
    }

    /// The weights that this stage may change, once they are chosen.
    private Mask mask() {
        return switch (run.variant().method()) {
            case Sparse sparse -> choice.chosen(run, number, sparse);
            case Full(Pool pool) -> Masks.all(bench, pool);
            case Lora lora -> Masks.all(bench, bench.experiment().pool());
        };
    }

    /// What the stages before this one trained, or the tasks beside it.
    private List<Avoided> avoided(Sparse sparse) {
        List<Avoided> avoided = new ArrayList<>();
        for (Mask mask : trail.masks()) {
            avoided.add(new Avoided("stage " + (avoided.size() + 1), mask));
        }
        for (GridRun other : run.runsBeside()) {
            avoided.add(new Avoided(other.order().getFirst(), choice.chosen(other, 0, sparse)));
        }
        return avoided;
    }

    private void train(Folder folder) {
        boolean peakIsOwn = forgetOthers();
        if (run.variant().method() instanceof Sparse sparse) {
            // With weights of its own: a calibration moves them.
            try (Opened opened = bench.open(trail.ticket())) {
                choice.choose(run, number, sparse, opened, avoided(sparse));
            }
        }
        long chosen = ProcessMemory.peak().orElse(0);
        List<Metric> share = new ShareWork(bench, run, number, trail).done(mask(), folder.share());
        // What was measured beside is none of what the method takes.
        peakIsOwn &= forgetOthers();
        try (Opened opened = bench.open(trail.ticket())) {
            folder.begin(new Identity(bench).stage(run, number));
            Ledger ledger = new Ledger(task());
            Mask mask = mask();
            Masks.figures(mask, trail, ledger);
            ledger.addAll(share);
            Ticket ticket = trained(folder, opened, mask, ledger);
            TicketFile.write(folder.ticket(), ticket);
            ledger.add(Figure.DELTA_NORM, ticket.norm(), ticket.nnz());
            ledger.add(Figure.RESULT_BYTES, folder.ticket().toFile().length(), 1);
            if (peakIsOwn) {
                ProcessMemory.peak().ifPresent(peak -> ledger.add(Figure.PEAK_MEMORY, Math.max(peak, chosen), 1));
            }
            folder.finish(ledger.metrics());
        }
    }

    /// What other stages left on the heap would stay there until the heap has grown to its limit.
    private static boolean forgetOthers() {
        System.gc();
        return ProcessMemory.forgetPeak();
    }

    private Ticket trained(Folder folder, Opened opened, Mask mask, Ledger ledger) {
        return run.variant().method() instanceof Lora lora
                ? adapted(folder, opened, mask, lora, ledger)
                : masked(folder, opened, mask, ledger);
    }

    private Ticket masked(Folder folder, Opened opened, Mask mask, Ledger ledger) {
        Job job = new Job(
                opened.model(), mask, data(), new Identity(bench).config(run, number), bench.kernel(), opened.start());
        RunState end = learned(folder, job, ledger, mask.trainable(), mask.poolSize());
        requireUntouched(opened, ledger);
        return opened.model().ticket(Masks.union(mask, trail.masks()), job.provenance("train", end));
    }

    private Ticket adapted(Folder folder, Opened opened, Mask pool, Lora lora, Ledger ledger) {
        try (LoraJob job = new LoraJob(
                opened.model(),
                lora.config(bench.experiment().pool()),
                data(),
                new Identity(bench).config(run, number),
                bench.kernel(),
                opened.start(),
                null)) {
            RunState end = learned(folder, job, ledger, job.targets().trainable(), pool.poolSize());
            job.adapter(end).write(folder.adapter());
            return job.ticket(end);
        }
    }

    private RunState learned(Folder folder, TrainingJob job, Ledger ledger, long trainable, long pool) {
        RunState end = new Watched(bench, folder).run(job, "train " + task(), ledger, Figure.TRAIN_LOSS);
        ledger.add(Figure.TRAINABLE, trainable, 1);
        ledger.add(Figure.POOL, pool, 1);
        ledger.add(Figure.TRAIN_TOKENS, end.tokens(), end.step());
        return end;
    }

    /// LoTTO's promise: what earlier stages trained keeps its bits.
    private void requireUntouched(Opened opened, Ledger ledger) {
        if (!(run.variant().method() instanceof Sparse sparse) || !sparse.disjoint()) {
            return;
        }
        long compared = 0;
        long changed = 0;
        for (Mask earlier : trail.masks()) {
            compared += earlier.trainable();
            changed += opened.start().changed(opened.model().decoder(), earlier);
        }
        if (changed > 0) {
            throw new LotaException(Text.format(
                    "%s: stage %d (%s) changed %d of %d weights that earlier stages trained.",
                    run.name(), number + 1, task(), changed, compared));
        }
        ledger.add(Figure.CHANGED_EARLIER, changed, compared);
    }
}
