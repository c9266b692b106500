package io.lota4j.experiment;

import io.lota4j.LotaException;
import io.lota4j.data.Dataset;
import io.lota4j.experiment.GridContext.Opened;
import io.lota4j.experiment.ObservedRun.AfterStep;
import io.lota4j.internal.ProcessMemory;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.AtomicFile;
import io.lota4j.internal.experiment.GridRun;
import io.lota4j.internal.experiment.Method;
import io.lota4j.internal.experiment.Method.Full;
import io.lota4j.internal.experiment.Method.Lora;
import io.lota4j.internal.experiment.Method.Sparse;
import io.lota4j.internal.mask.Complement;
import io.lota4j.internal.train.Frozen;
import io.lota4j.internal.train.Job;
import io.lota4j.internal.train.Mix;
import io.lota4j.internal.train.ReferredToBase;
import io.lota4j.internal.train.TrainingJob;
import io.lota4j.internal.train.lora.LoraJob;
import io.lota4j.mask.Avoided;
import io.lota4j.mask.Mask;
import io.lota4j.mask.Pool;
import io.lota4j.metrics.Figure;
import io.lota4j.metrics.Metric;
import io.lota4j.ticket.Ticket;
import io.lota4j.ticket.TicketFile;
import io.lota4j.train.RateSearch;
import io.lota4j.train.RunState;
import io.lota4j.train.TrainConfig;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// One stage of a run: a task learned on top of those before it.
///
/// @param context base and data
/// @param choice of masks
/// @param run whose
/// @param number of the stage, from 0
/// @param before what the stages before it left
record StageWork(GridContext context, MaskChoice choice, GridRun run, int number, FinishedStages before) {

    /// Where a stage's work lies. Methods that begin alike share it, so it is not named after one of them.
    static Folder folder(GridContext context, GridRun run, int number) {
        String label = Text.format(
                "%s-%s-s%d", slug(run.variant(number).method()), run.order().get(number), run.seed());
        return context.places().folder("stages", label, new WorkInputs(context).stage(run, number));
    }

    /// Where what merges take of a stage lies: its training, or that without its changes of a
    /// region.
    static Folder kept(GridContext context, GridRun run, int number) {
        return run.protection(number)
                .rewound()
                .map(region -> new RewindWork(context, run, number, region).folder())
                .orElseGet(() -> folder(context, run, number));
    }

    /// Where what a stage ends with lies: its training, or what was made of that.
    static Folder result(GridContext context, GridRun run, int number) {
        return run.protection(number)
                .shrink()
                .map(shrink -> new ShrinkWork(context, run, number, shrink).folder())
                .orElseGet(() -> kept(context, run, number));
    }

    /// Whether nothing of a stage is left to do but its scores.
    static boolean isDone(GridContext context, GridRun run, int number) {
        return folder(context, run, number).isDone()
                && kept(context, run, number).isDone()
                && result(context, run, number).isDone();
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
    /// @return what the stages up to this one left
    FinishedStages done() {
        Folder folder = folder(context, run, number);
        if (!folder.isDone()) {
            train(folder);
        }
        again(folder);
        early().ask();
        return before.then(end(folder).ticket(), mask(), task());
    }

    private EarlyProbes early() {
        return new EarlyProbes(context, run, number);
    }

    /// A probe may be asked of steps that are gone: the same training comes by them again.
    private void again(Folder folder) {
        List<Long> wanted = early().wanted();
        if (wanted.isEmpty()) {
            return;
        }
        Folder again = folder.again();
        try (Opened opened = context.open(before.ticket())) {
            Mask mask = mask();
            if (run.variant(number).method() instanceof Lora lora) {
                try (LoraJob job = job(opened, lora)) {
                    again(again, job, tickets(opened, mask), wanted.getLast());
                }
            } else {
                again(again, job(opened, mask), tickets(opened, mask), wanted.getLast());
            }
        }
        try {
            AtomicFile.deleteTree(again.directory());
        } catch (IOException e) {
            throw new LotaException(again.directory() + ": cannot be removed: " + e.getMessage(), e);
        }
    }

    private void again(Folder folder, TrainingJob job, AfterStep tickets, long last) {
        new ObservedRun(context, folder).trained(compared(job), Text.format("train %s again", task()), tickets, last);
        context.check();
    }

    /// Writes tickets of the steps that are still to be asked.
    private AfterStep tickets(Opened opened, Mask mask) {
        List<Long> wanted = early().wanted();
        return step -> {
            if (wanted.contains(step)) {
                Map<String, String> origin = Map.of("run", run.name(), "step", Long.toString(step));
                TicketFile.write(
                        early().ticket(step), opened.model().ticket(Masks.union(mask, before.masks()), origin));
            }
        };
    }

    /// What the stage ends with.
    private Folder end(Folder trained) {
        Folder kept = run.protection(number)
                .rewound()
                .map(region -> new RewindWork(context, run, number, region).done(trained))
                .orElse(trained);
        return run.protection(number)
                .shrink()
                .map(shrink -> new ShrinkWork(context, run, number, shrink).done(kept, before))
                .orElse(kept);
    }

    private String task() {
        return run.order().get(number);
    }

    private Dataset data() {
        return context.rows(run, number);
    }

    private @Nullable Mix mix() {
        return context.mixes().of(run, number).orElse(null);
    }

    /// The weights that this stage may change, once they are chosen.
    private Mask mask() {
        return switch (run.variant(number).method()) {
            case Sparse sparse -> choice.chosen(run, number, sparse);
            case Full(Pool pool) -> Complement.of(Masks.all(context, pool), frozen());
            case Lora lora -> Masks.all(context, context.experiment().pool());
        };
    }

    /// What no mask of this stage may have: what is frozen and, of disjoint masks, what the
    /// stages before this one trained, or the tasks beside it.
    private List<Avoided> avoided(Sparse sparse) {
        List<Avoided> avoided = new ArrayList<>(frozen());
        if (!sparse.disjoint()) {
            return avoided;
        }
        for (int stage = 0; stage < before.masks().size(); stage++) {
            avoided.add(new Avoided("stage " + (stage + 1), before.masks().get(stage)));
        }
        for (GridRun other : run.runsBeside()) {
            avoided.add(new Avoided(other.order().getFirst(), choice.chosen(other, 0, sparse)));
        }
        return avoided;
    }

    /// The region that this run leaves alone, if it does.
    private List<Avoided> frozen() {
        return run.protection(number).frozen().stream()
                .map(region -> new Avoided(
                        region.random() ? "the control of the region" : "the region",
                        new RegionWork(context, region.region()).mask(region, run.seed())))
                .toList();
    }

    /// Chooses the stage's mask unless it is there; a method without one has nothing to choose.
    void choose() {
        run.protection(number).frozen().ifPresent(region -> new RegionWork(context, region.region()).find());
        if (run.variant(number).method() instanceof Sparse sparse) {
            // With weights of its own: a calibration moves them.
            try (Opened opened = context.open(before.ticket())) {
                choice.choose(run, number, sparse, opened, avoided(sparse));
            }
        }
    }

    private void train(Folder folder) {
        // A region that is still to be found is none of what the method takes.
        run.protection(number).frozen().ifPresent(region -> new RegionWork(context, region.region()).find());
        boolean peakIsOwn = forgetOthers();
        choose();
        long chosen = ProcessMemory.peak().orElse(0);
        List<Metric> share = new ShareWork(context, run, number, before).done(mask(), folder.share());
        // Before the stage's own model is open.
        Optional<RateSearch> found = search(folder, mask());
        // What was measured beside is none of what the method takes.
        peakIsOwn &= forgetOthers();
        try (Opened opened = context.open(before.ticket())) {
            folder.begin(new WorkInputs(context).stage(run, number));
            FigureCollector collected = new FigureCollector(task());
            Mask mask = mask();
            Masks.figures(mask, before, collected);
            collected.addAll(share);
            Ticket ticket = noted(trained(folder, opened, mask, collected), found);
            TicketFile.write(folder.ticket(), ticket);
            found.ifPresent(rate -> collected.add(Figure.RATE, rate.rate(), rate.allSteps()));
            collected.add(Figure.DELTA_NORM, ticket.norm(), ticket.nnz());
            collected.add(Figure.RESULT_BYTES, folder.ticket().toFile().length(), 1);
            if (peakIsOwn) {
                ProcessMemory.peak().ifPresent(peak -> collected.add(Figure.PEAK_MEMORY, Math.max(peak, chosen), 1));
            }
            folder.finish(collected.metrics());
        }
    }

    /// How the stage's rate was found, if it is; once it is, its losses are read again.
    private Optional<RateSearch> search(Folder folder, Mask mask) {
        return run.variant(number).isAuto()
                ? Optional.of(new RateWork(context, run, number).done(folder.rates(), before.ticket(), mask))
                : Optional.empty();
    }

    private static Ticket noted(Ticket ticket, Optional<RateSearch> search) {
        return search.map(found -> new Ticket(ticket.info().saying(found.provenance()), ticket.tensors()))
                .orElse(ticket);
    }

    private TrainConfig config(Mask mask) {
        TrainConfig config = new WorkInputs(context).config(run, number);
        return search(folder(context, run, number), mask)
                .map(found -> config.atRate(found.rate()))
                .orElse(config);
    }

    /// What other stages left on the heap would stay there until the heap has grown to its limit.
    private static boolean forgetOthers() {
        System.gc();
        return ProcessMemory.forgetPeak();
    }

    private Ticket trained(Folder folder, Opened opened, Mask mask, FigureCollector collected) {
        return run.variant(number).method() instanceof Lora lora
                ? adapted(folder, opened, mask, lora, collected)
                : masked(folder, opened, mask, collected);
    }

    private Ticket masked(Folder folder, Opened opened, Mask mask, FigureCollector collected) {
        Job job = job(opened, mask);
        AfterStep tickets = tickets(opened, mask);
        RunState end = learned(folder, job, collected, mask.trainable(), mask.poolSize(), tickets);
        requireUntouched(opened, collected);
        requireFrozen(opened, collected);
        Map<String, String> provenance = job.provenance("train", end);
        if (!frozen().isEmpty()) {
            provenance.putAll(Complement.origin(mask));
        }
        return opened.model().ticket(Masks.union(mask, before.masks()), provenance);
    }

    private Ticket adapted(Folder folder, Opened opened, Mask pool, Lora lora, FigureCollector collected) {
        try (LoraJob job = job(opened, lora)) {
            RunState end =
                    learned(folder, job, collected, job.targets().trainable(), pool.poolSize(), tickets(opened, pool));
            job.adapter(end).write(folder.adapter());
            return job.ticket(end);
        }
    }

    private Job job(Opened opened, Mask mask) {
        return new Job(opened.model(), mask, data(), config(mask), context.kernel(), opened.start()).mixed(mix());
    }

    private LoraJob job(Opened opened, Lora lora) {
        return new LoraJob(
                opened.model(),
                lora.config(context.experiment().pool()),
                data(),
                config(mask()),
                context.kernel(),
                opened.start(),
                null,
                mix());
    }

    /// At the first stage the start is the base.
    private TrainingJob compared(TrainingJob job) {
        return WorkInputs.isReferredToBase(run, number) && number > 0
                ? new ReferredToBase(job, () -> context.open(Optional.empty()).model())
                : job;
    }

    private RunState learned(
            Folder folder, TrainingJob job, FigureCollector collected, long trainable, long pool, AfterStep tickets) {
        RunState end = new ObservedRun(context, folder)
                .run(compared(job), "train " + task(), collected, Figure.TRAIN_LOSS, tickets);
        collected.add(Figure.TRAINABLE, trainable, 1);
        collected.add(Figure.POOL, pool, 1);
        collected.add(Figure.TRAIN_TOKENS, end.tokens(), end.step());
        return end;
    }

    /// What is frozen has the bits of the base, or of what somebody else's stage made of them.
    private void requireFrozen(Opened opened, FigureCollector collected) {
        for (Avoided region : frozen()) {
            long compared = region.mask().trainable();
            boolean touched = run.order().subList(0, number).stream().anyMatch(run.later()::containsKey);
            long changed = touched
                    ? opened.start().changed(opened.model().decoder(), region.mask())
                    : Frozen.changed(opened.model(), region);
            if (changed > 0) {
                throw new LotaException(Text.format(
                        "%s: stage %d (%s) changed %d of %d weights of %s, which it had to leave alone.",
                        run.name(), number + 1, task(), changed, compared, region.name()));
            }
            collected.add(Figure.CHANGED_REGION, changed, compared);
        }
    }

    /// LoTTO's promise: what earlier stages trained keeps its bits.
    private void requireUntouched(Opened opened, FigureCollector collected) {
        if (!(run.variant(number).method() instanceof Sparse sparse) || !sparse.disjoint()) {
            return;
        }
        long compared = 0;
        long changed = 0;
        for (Mask earlier : before.masks()) {
            compared += earlier.trainable();
            changed += opened.start().changed(opened.model().decoder(), earlier);
        }
        if (changed > 0) {
            throw new LotaException(Text.format(
                    "%s: stage %d (%s) changed %d of %d weights that earlier stages trained.",
                    run.name(), number + 1, task(), changed, compared));
        }
        collected.add(Figure.CHANGED_EARLIER, changed, compared);
    }
}
