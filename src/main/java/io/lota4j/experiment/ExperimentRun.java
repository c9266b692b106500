package io.lota4j.experiment;

import io.lota4j.LotaException;
import io.lota4j.data.file.BadRow;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.AtomicFile;
import io.lota4j.internal.checkpoint.Claims;
import io.lota4j.internal.experiment.Experiment;
import io.lota4j.internal.experiment.GridRun;
import io.lota4j.internal.experiment.Method.Sparse;
import io.lota4j.internal.experiment.Probe;
import io.lota4j.internal.experiment.Task;
import io.lota4j.kernel.choice.KernelChoice;
import io.lota4j.metrics.Metric;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Runs an experiment: everything that is not done yet, in the grid's order. Figures are gathered after each stage,
/// so that a grid that is stopped, or killed, leaves what it has; another call goes on from there.
public final class ExperimentRun implements AutoCloseable {
    private static final String BAD_ROWS = "bad-rows.jsonl";

    private final GridContext context;
    private final MaskChoice choice;
    private final List<GridRun> runs;
    private final Results results;

    /// Opens the base and loads every task's data.
    ///
    /// @param kernel does the work on masked entries
    /// @param stages hear of what goes on
    /// @param stop asked after every step and batch
    public ExperimentRun(Experiment experiment, KernelChoice kernel, Stages stages, BooleanSupplier stop) {
        this(experiment, Places.of(experiment.out()), kernel, stages, stop);
    }

    /// @param places where work lies
    ExperimentRun(Experiment experiment, Places places, KernelChoice kernel, Stages stages, BooleanSupplier stop) {
        requireApart(experiment);
        this.context = new GridContext(experiment, places, kernel, stages, stop);
        this.runs = Grid.runs(experiment);
        try {
            TreeMap<String, SortedSet<Double>> wanted = wanted();
            this.choice = new MaskChoice(context, digest -> wanted.getOrDefault(digest, new TreeSet<>()));
            this.results = new Results(context, choice, runs);
        } catch (RuntimeException e) {
            context.close();
            throw e;
        }
    }

    /// Refuses an experiment that would write into its base, or over its data.
    private static void requireApart(Experiment experiment) {
        Claims claims = new Claims()
                .reads("the recipe", experiment.recipe())
                .reads("'base'", experiment.base())
                .addsTo("'out'", experiment.out())
                .writes("metrics.jsonl", experiment.out().resolve("metrics.jsonl"))
                .writes("run.json", experiment.out().resolve("run.json"))
                .writes(BAD_ROWS, experiment.out().resolve(BAD_ROWS));
        for (Task task : Stream.concat(experiment.tasks().stream(), experiment.general().stream())
                .toList()) {
            task.train().forEach(part -> claims.reads("the task " + task.name(), part.path()));
            claims.reads("the task " + task.name(), task.test());
            if (task.validation() != null) {
                claims.reads("the task " + task.name(), task.validation());
            }
        }
        if (!experiment.probes().isEmpty()) {
            claims.writes(Results.ANSWERS, experiment.out().resolve(Results.ANSWERS));
        }
        for (Probe probe : experiment.probes()) {
            String what = "the probe " + probe.name();
            claims.reads(what, probe.test());
            if (probe.train() != null) {
                claims.reads(what, probe.train());
            }
            if (probe.judge().words() != null) {
                claims.reads(what, probe.judge().words());
            }
            if (probe.texts().folder() != null) {
                requireOutside(experiment.out(), probe);
            }
        }
        experiment.secrecy().ifPresent(secrecy -> secret(experiment, secrecy.file(), claims));
        claims.check();
    }

    private static void secret(Experiment experiment, @Nullable Path given, Claims claims) {
        if (given == null) {
            claims.writes("the secret", GridSecret.beside(experiment.out()));
            return;
        }
        claims.reads("the secret", given);
        if (isWithin(experiment.out(), given)) {
            throw new LotaException(Text.format(
                    "The secret %s lies within 'out', which reports and others read; move it elsewhere.", given));
        }
    }

    private static boolean isWithin(Path out, Path place) {
        return place.toAbsolutePath()
                .normalize()
                .startsWith(out.toAbsolutePath().normalize());
    }

    /// Texts that are to be in no folder of the experiment are not put in one inside of it.
    private static void requireOutside(Path out, Probe probe) {
        if (isWithin(out, Objects.requireNonNull(probe.texts().folder()))) {
            throw new LotaException(Text.format(
                    "The folder %s of 'probes.%s.answers' is within 'out', where a private probe's texts are not"
                            + " written; name another folder.",
                    probe.texts().folder(), probe.name()));
        }
    }

    /// Every sparsity at which the grid wants the outcome of a calibration, by the calibration.
    private TreeMap<String, SortedSet<Double>> wanted() {
        WorkInputs identity = new WorkInputs(context);
        TreeMap<String, SortedSet<Double>> wanted = new TreeMap<>();
        for (GridRun run : runs) {
            for (int stage = 0; stage < run.order().size(); stage++) {
                if (run.variant(stage).method() instanceof Sparse sparse) {
                    wanted.computeIfAbsent(
                                    identity.choice(run, stage, sparse).digest().now(), d -> new TreeSet<>())
                            .add(sparse.sparsity());
                }
            }
        }
        return wanted;
    }

    /// Runs to the end, or until stopped.
    ///
    /// @return whether every run of the grid is done
    /// @throws io.lota4j.LotaException if a run is at work on the same directory, or something goes wrong
    public boolean run() {
        return held(this::grid);
    }

    /// As [#run()], with the works done by an engine. What is done already is not done again, and either way of running
    /// goes on with what the other has left.
    ///
    /// @param says told whole sentences about works
    /// @throws LotaException if a path of the recipe depends on a working directory, which other processes have of
    ///     their own
    public boolean run(WorkEngine engine, Consumer<String> says) {
        WorkOrder order = order();
        return held(() -> {
            if (!engine.run(order, new WorkQueue(works(), results::write), says, context.stop())) {
                throw new CancellationException("stopped");
            }
        });
    }

    /// What an engine would have to do.
    ///
    /// @throws LotaException as [#run(WorkEngine, Consumer)]
    public WorkPlan plan() {
        WorkOrder order = order();
        List<Work> left = new WorkQueue(works(), () -> {}).left();
        return new WorkPlan(
                works().all().size(),
                left.size(),
                WorkQueue.widest(left),
                TaskMemory.of(context.experiment()),
                order.recipe().getBytes(StandardCharsets.UTF_8).length);
    }

    private WorkOrder order() {
        WorkOrder.requireAbsolute(context.experiment());
        return WorkOrder.of(context.experiment(), context.fingerprint());
    }

    /// Everything that the experiment consists of.
    Works works() {
        return new Works(context, choice, results);
    }

    String fingerprint() {
        return context.fingerprint();
    }

    private boolean held(Runnable work) {
        try (RunLock lock = RunLock.hold(context.experiment().out())) {
            context.places().settle();
            listBadRows();
            context.secret().ifPresent(GridSecret::keep);
            boolean finished = gathered(work);
            // What processes left that did works for this one.
            context.places().settle();
            return finished;
        }
    }

    /// An experiment without such rows has no list of them, nor an earlier one's.
    private void listBadRows() {
        Path list = context.experiment().out().resolve(BAD_ROWS);
        List<BadRow> bad = context.badRows();
        if (!bad.isEmpty()) {
            AtomicFile.write(list, BadRow.lines(bad));
            return;
        }
        try {
            AtomicFile.delete(list);
        } catch (IOException e) {
            throw new LotaException(Text.format("%s: cannot be removed: %s", list, e.getMessage()), e);
        }
    }

    private void grid() {
        results.base().run();
        results.write();
        runs.forEach(this::run);
        results.merges().forEach(this::merge);
    }

    private boolean gathered(Runnable work) {
        results.write();
        try {
            work.run();
        } catch (CancellationException stopped) {
            if (!context.stop().getAsBoolean()) {
                throw stopped;
            }
            return false;
        } finally {
            results.write();
            results.writeAnswers();
        }
        return true;
    }

    private void run(GridRun run) {
        FinishedStages before = FinishedStages.START;
        for (int stage = 0; stage < run.order().size(); stage++) {
            context.check();
            before = new StageWork(context, choice, run, stage, before).done();
            results.scores(run, stage).run();
            results.write();
        }
    }

    private void merge(GridMerge merge) {
        context.check();
        MergeWork work = new MergeWork(context, merge);
        work.run();
        results.scores(work).run();
        results.write();
    }

    /// Whole sentences on what should be known of the rows: what was left out, holds the text of control tokens, or
    /// is learned otherwise than it may look. Each is there once, whatever the number of runs.
    public List<String> notices() {
        return context.notices();
    }

    /// How many stages are left to train; one that runs share is one.
    public int stagesLeft() {
        return (int) runs.stream()
                .flatMap(run ->
                        IntStream.range(0, run.order().size()).mapToObj(stage -> StageWork.folder(context, run, stage)))
                .distinct()
                .filter(folder -> !folder.isDone())
                .count();
    }

    /// The room on the disk that is left to be taken by masks and tickets, in bytes: a little more than they will.
    public long bytesLeft() {
        return Footprint.left(context, choice, runs, results.merges());
    }

    /// Where everything is written that comes of it.
    public Path out() {
        return context.experiment().out();
    }

    /// What has been found so far.
    public List<Metric> metrics() {
        return results.metrics();
    }

    /// What is left to do, and what it will take.
    public Estimate estimate() {
        return new Estimator(context, choice, runs).estimate();
    }

    @Override
    public void close() {
        context.close();
    }
}
