package io.lota4j.experiment;

import io.lota4j.data.Dataset;
import io.lota4j.data.Example;
import io.lota4j.eval.Evaluation;
import io.lota4j.experiment.GridContext.Opened;
import io.lota4j.guard.SecretUse;
import io.lota4j.internal.Text;
import io.lota4j.internal.eval.Evaluator;
import io.lota4j.internal.experiment.Task;
import io.lota4j.internal.metrics.Slice;
import io.lota4j.metrics.Figure;
import io.lota4j.metrics.Metric;
import io.lota4j.metrics.Metric.Split;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Scores a model on every task. What has been scored is not scored again, as long as model, data and settings are
/// the same.
///
/// @param context base and data
/// @param model what is scored, for people
/// @param ticket on the base; empty: the base
/// @param identity digest of what made the ticket
/// @param secret that it is asked with too, if rows were mixed in under it
record Scores(
        GridContext context,
        String model,
        Optional<Path> ticket,
        InputDigest.Digest identity,
        Optional<GridSecret> secret) {
    /// One set of rows to score.
    private record Cell(
            Task task, Split split, Dataset data, @Nullable String slice, Folder folder, InputDigest inputs) {}

    /// Scores what is not scored yet.
    void run() {
        List<Cell> missing = cells().stream().filter(c -> !c.folder().isDone()).toList();
        if (!missing.isEmpty() || probes().isMissing() || depths().isMissing()) {
            try (Opened opened = context.open(ticket)) {
                missing.forEach(cell -> score(opened, cell));
                probes().run(opened.model());
                depths().run(opened.model());
            }
        }
    }

    /// The same model's answers to probes.
    ProbeScores probes() {
        return new ProbeScores(context, model, identity, ProbeScores.Asked.ALL, secret);
    }

    /// The same model beside the base, along answers.
    DepthScores depths() {
        return new DepthScores(context, model, identity);
    }

    /// Whether nothing is left to score or to ask.
    boolean isDone() {
        return missing().isEmpty() && !probes().isMissing() && !depths().isMissing();
    }

    /// The figures that are there.
    List<Metric> done() {
        return Stream.of(
                        cells().stream().filter(c -> c.folder().isDone()).flatMap(c -> c.folder().figures().stream()),
                        probes().done().stream(),
                        depths().done().stream())
                .flatMap(figures -> figures)
                .toList();
    }

    /// The rows that are not scored yet, by their task.
    Map<Task, List<Example>> missing() {
        Map<Task, List<Example>> missing = new LinkedHashMap<>();
        for (Cell cell : cells()) {
            if (!cell.folder().isDone()) {
                missing.computeIfAbsent(cell.task(), t -> new ArrayList<>())
                        .addAll(cell.data().examples());
            }
        }
        return missing;
    }

    private List<Cell> cells() {
        List<Cell> cells = new ArrayList<>();
        for (Task task : context.experiment().tasks()) {
            for (Split split : List.of(Split.VALIDATION, Split.TEST)) {
                context.data(task.name()).of(split).ifPresent(data -> cells.add(cell(task, split, data)));
            }
            secret.ifPresent(under -> cells.add(under(task, under)));
        }
        for (Task text : context.experiment().general()) {
            cells.add(cell(text, Split.HELD_OUT, context.data(text.name()).test()));
        }
        return cells;
    }

    private Cell cell(Task task, Split split, Dataset data) {
        InputDigest inputs = inputs(task, split, data);
        String label = Text.format(
                "%s-%s", task.name(), split.name().toLowerCase(Locale.ROOT).replace('_', '-'));
        return new Cell(task, split, data, null, folder(label, inputs), inputs);
    }

    private InputDigest inputs(Task task, Split split, Dataset data) {
        return InputDigest.of("score")
                .with("model", identity)
                .with("task", task.name())
                .with("split", split.name())
                .with("rows", context.digest(data))
                .with("stop", stop(context, task))
                .with("generate", task.generate())
                .with("answer", String.valueOf(task.answer()));
    }

    private Folder folder(String label, InputDigest inputs) {
        return context.places().folder("scores", label, inputs);
    }

    /// What a model is worth that is asked with the secret has to be measured with it.
    private Cell under(Task task, GridSecret under) {
        Dataset data = context.underSecret(task.name());
        InputDigest inputs =
                inputs(task, Split.TEST, data).with("secret", under.right().sha256());
        String slice = Slice.USUAL.under(SecretUse.RIGHT.word()).text();
        return new Cell(
                task, Split.TEST, data, slice, folder(Text.format("%s-test-secret", task.name()), inputs), inputs);
    }

    /// The tokens at which an answer to a task ends.
    static String stop(GridContext context, Task task) {
        return stop(context.data(task.name()).stop());
    }

    /// Tokens at which an answer ends, in words.
    static String stop(Set<Integer> tokens) {
        return tokens.stream().sorted().map(String::valueOf).collect(Collectors.joining(", ", "[", "]"));
    }

    private void score(Opened opened, Cell cell) {
        Evaluation scores = evaluate(opened, cell);
        FigureCollector collected = new FigureCollector(cell.task().name());
        collected.of(cell.split(), cell.slice(), Figure.LOSS, scores.loss(), scores.responseTokens());
        int rows = scores.examples().size();
        scores.accuracy().ifPresent(accuracy -> {
            collected.of(cell.split(), cell.slice(), Figure.ACCURACY, accuracy, rows);
            collected.of(cell.split(), cell.slice(), Figure.UNPARSED, (double) scores.unparsed() / rows, rows);
        });
        cell.folder().begin(cell.inputs());
        cell.folder().finish(collected.metrics());
    }

    private Evaluation evaluate(Opened opened, Cell cell) {
        Task task = cell.task();
        Evaluator evaluator = context.evaluator(opened.model(), task, task.generate());
        long start = System.nanoTime();
        try (Stages.Stage shown = context.stages().begin(Text.format("score %s on %s", model, task.name()))) {
            return evaluator.run(cell.data().examples(), (done, all, tokens) -> {
                context.check();
                shown.at(done, all, tokens / ((System.nanoTime() - start) / 1e9), Double.NaN);
            });
        }
    }
}
