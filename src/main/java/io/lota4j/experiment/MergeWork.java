package io.lota4j.experiment;

import io.lota4j.data.Dataset;
import io.lota4j.internal.experiment.FactorTuning;
import io.lota4j.internal.experiment.GridRun;
import io.lota4j.internal.experiment.KeptScores;
import io.lota4j.internal.experiment.MergeSettings;
import io.lota4j.internal.merge.run.TicketMerge;
import io.lota4j.internal.ticket.MappedTicket;
import io.lota4j.internal.train.fit.Fit;
import io.lota4j.merge.Compat;
import io.lota4j.merge.FactorSearch;
import io.lota4j.merge.run.MergeReport;
import io.lota4j.merge.run.Overlap;
import io.lota4j.metrics.Figure;
import io.lota4j.metrics.Metric;
import io.lota4j.ticket.Ticket;
import io.lota4j.ticket.TicketFile;
import io.lota4j.train.StateFile;
import io.lota4j.train.fit.FitConfig;
import io.lota4j.train.fit.Fitted;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;

/// Merges what separately trained tasks learned.
///
/// @param context base and data
/// @param merge what is merged
record MergeWork(GridContext context, GridMerge merge) {
    private static final Compat READING = Compat.PAPER;
    /// Steps of a fit between two states.
    private static final long STEPS = 10;

    /// Where the work lies.
    Folder folder() {
        return context.places().folder("merges", GridRun.slug(merge.label()), inputs());
    }

    InputDigest inputs() {
        WorkInputs identity = new WorkInputs(context);
        InputDigest inputs = InputDigest.of("merge")
                .with("method", merge.merging().label())
                .with("compat", READING.name())
                .with("seed", merge.seed());
        FitConfig fit = merge.merging().fit();
        if (fit != null) {
            inputs = inputs.with("fit", config(fit).text());
            for (String task : merge.tasks()) {
                inputs = inputs.with("prompts of " + task, context.digest(prompts(task)));
            }
        }
        if (merge.merging().isTuned()) {
            for (TaskData task : tasks()) {
                inputs = inputs.with("rows of " + task.task().name(), context.digest(validation(task)))
                        .with("stop of " + task.task().name(), Scores.stop(context, task.task()))
                        .with("generate of " + task.task().name(), task.task().generate())
                        .with(
                                "answer of " + task.task().name(),
                                String.valueOf(task.task().answer()));
            }
        }
        for (GridRun input : merge.inputs()) {
            inputs = inputs.with(
                    input.order().getFirst(), identity.kept(input, 0).digest());
        }
        return inputs;
    }

    /// Does what is not done yet.
    void run() {
        Folder folder = folder();
        if (!folder.isDone()) {
            folder.begin(inputs());
            List<Path> tickets = merge.inputs().stream()
                    .map(input -> StageWork.kept(context, input, 0).ticket())
                    .toList();
            TicketMerge how;
            List<Metric> chosen = List.of();
            try (Stages.Stage shown = context.stages().begin("merge " + merge.label())) {
                how = merge(tickets, folder, shown);
            }
            if (merge.merging().isTuned()) {
                FactorSearch found = tuned(how.merge(tickets, threads()), folder);
                how = how.times(found.factor(), found.provenance());
                chosen = factor(found);
            }
            List<Metric> figures = new ArrayList<>(figures(merged(how, tickets, folder.ticket()), folder.ticket()));
            figures.addAll(chosen);
            folder.finish(figures);
        }
    }

    private static MergeReport merged(TicketMerge how, List<Path> tickets, Path out) {
        return how.merge(tickets, threads(), out);
    }

    private static int threads() {
        return Runtime.getRuntime().availableProcessors();
    }

    /// The merged tasks.
    List<TaskData> tasks() {
        return merge.tasks().stream().map(context::data).toList();
    }

    /// The rows that choose a factor.
    Dataset validation(TaskData task) {
        return task.validation().orElseThrow().first(merge.merging().tunedRows());
    }

    /// @param merged with a factor of 1
    private FactorSearch tuned(Ticket merged, Folder folder) {
        try (GridContext.Opened opened = context.open(Optional.empty())) {
            List<FactorTuning.Task> judged = tasks().stream()
                    .map(task -> new FactorTuning.Task(
                            validation(task),
                            context.evaluator(
                                    opened.model(), task.task(), task.task().generate())))
                    .toList();
            FactorTuning tuning = new FactorTuning(opened.model(), merged, judged, new KeptScores(folder.factors()));
            try (Stages.Stage shown = context.stages().begin("factor of " + merge.label())) {
                return tuning.run(
                        (factor, task, done, all, tokens) -> shown.at(done, all, Double.NaN, Double.NaN),
                        context.stop());
            }
        }
    }

    private List<Metric> factor(FactorSearch found) {
        FigureCollector collected = new FigureCollector(null);
        int rows = tasks().stream()
                .mapToInt(task -> validation(task).examples().size())
                .sum();
        collected.add(Figure.FACTOR, found.factor(), rows);
        return collected.metrics();
    }

    private TicketMerge merge(List<Path> tickets, Folder folder, Stages.Stage shown) {
        FitConfig fit = merge.merging().fit();
        if (fit != null) {
            Fitted fitted = fitted(tickets, config(fit), folder, shown);
            return TicketMerge.added(tickets.size(), fitted.weights(), fitted.provenance());
        }
        MergeSettings how = merge.merging();
        return TicketMerge.by(how.method(), READING, how.parameters(), merge.seed(), tickets.size());
    }

    /// @throws CancellationException if the user wants to stop
    private Fitted fitted(List<Path> tickets, FitConfig config, Folder folder, Stages.Stage shown) {
        List<Dataset> prompts = merge.tasks().stream().map(this::prompts).toList();
        Set<Integer> stop = context.data(merge.tasks().getFirst()).stop();
        try (GridContext.Opened opened = context.open(Optional.empty());
                Fit fit = new Fit(
                        opened.model(),
                        tickets.stream().map(TicketFile::read).toList(),
                        prompts,
                        stop,
                        context.kernel(),
                        config)) {
            // The folder is this merge's alone, by a digest of its tickets.
            StateFile state = new StateFile(folder.fit(), STEPS, Files.exists(folder.fit()));
            return fit.run(
                            (what, done, all, divergence) -> shown.at(done, all, Double.NaN, divergence),
                            context.stop(),
                            state,
                            folder.directory().getFileName().toString())
                    .orElseThrow(() -> new CancellationException("stopped"));
        }
    }

    /// The grid's seed orders the prompts, and an answer is as long as the longest that a task is judged
    /// by.
    private FitConfig config(FitConfig fit) {
        int longest = merge.tasks().stream()
                .mapToInt(task -> context.data(task).task().generate())
                .max()
                .orElse(0);
        return fit.seed(merge.seed()).generate(longest == 0 ? fit.generate() : longest);
    }

    /// A task's rows for validation, or the last of those that it was trained on; never those that it is
    /// judged by.
    private Dataset prompts(String task) {
        TaskData data = context.data(task);
        int wanted = Objects.requireNonNull(merge.merging().fit()).rows();
        int rows = data.train().examples().size();
        return data.validation().orElseGet(() -> data.train().part(Math.max(0, rows - wanted), rows));
    }

    private List<Metric> figures(MergeReport report, Path file) {
        FigureCollector whole = new FigureCollector(null);
        try (MappedTicket ticket = MappedTicket.open(file)) {
            whole.add(Figure.TRAINABLE, ticket.nnz(), 1);
            whole.add(Figure.POOL, ticket.poolSize(), 1);
        }
        whole.add(Figure.RESULT_BYTES, file.toFile().length(), 1);
        List<Metric> figures = new ArrayList<>(whole.metrics());
        figures.addAll(pairs(report));
        return figures;
    }

    private List<Metric> pairs(MergeReport report) {
        Overlap total = report.total();
        List<String> tasks = merge.tasks();
        List<Metric> figures = new ArrayList<>();
        for (int one = 0; one < tasks.size(); one++) {
            FigureCollector collected = new FigureCollector(tasks.get(one));
            for (int other = one + 1; other < tasks.size(); other++) {
                long shared = total.shared(one, other);
                collected.beside(
                        Figure.OVERLAP, tasks.get(other), null, total.overlap(one, other), total.either(one, other));
                if (shared > 0) {
                    double conflicts = (double) total.conflicts(one, other) / shared;
                    collected.beside(Figure.SIGN_CONFLICTS, tasks.get(other), null, conflicts, shared);
                }
            }
            figures.addAll(collected.metrics());
        }
        return figures;
    }
}
