package io.lota4j.internal.metrics;

import io.lota4j.LotaException;
import io.lota4j.internal.Existing;
import io.lota4j.internal.Text;
import io.lota4j.internal.metrics.Matrix.Cell;
import io.lota4j.internal.metrics.RunFile.Run;
import io.lota4j.metrics.Figure;
import io.lota4j.metrics.Metric;
import io.lota4j.metrics.Metric.Split;
import io.lota4j.metrics.Metric.Where;
import io.lota4j.metrics.MetricsFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What an experiment left: its runs and every figure of them.
public final class Results {
    public static final String RUN_FILE = "run.json";
    public static final String METRICS_FILE = "metrics.jsonl";
    /// Answers to probes, where there were some.
    public static final String ANSWERS_FILE = "answers.jsonl";
    /// Name of the run, of one stage 0, whose figures are those of the untouched base.
    public static final String BASE = "base";

    private final RunFile file;
    private final List<Metric> metrics;
    private final Map<Key, Double> values = new HashMap<>();
    private final Map<Of, List<Metric>> lists = new HashMap<>();

    private record Key(Where where, Figure figure) {
        /// A run's name says its seed.
        static Key of(Metric metric) {
            Where w = metric.where();
            return new Key(w.of(w.run(), 0, w.stage()), metric.figure());
        }
    }

    private record Of(String run, Figure figure) {}

    /// @throws LotaException if one figure has two values
    public Results(RunFile file, List<Metric> metrics) {
        this.file = file;
        this.metrics = List.copyOf(metrics);
        metrics.forEach(this::add);
    }

    private void add(Metric metric) {
        Double other = values.put(Key.of(metric), metric.value());
        if (other != null && other != metric.value()) {
            throw new LotaException(Text.format("%s has two values, %s and %s.", words(metric), other, metric.value()));
        }
        if (other == null) {
            lists.computeIfAbsent(new Of(metric.where().run(), metric.figure()), of -> new ArrayList<>())
                    .add(metric);
        }
    }

    /// Such as `loss of lota-s0, stage 2, sql, test`.
    private static String words(Metric metric) {
        Where where = metric.where();
        String split = where.split() == null ? "" : where.split().name().toLowerCase(Locale.ROOT);
        return metric.figure().key() + " of "
                + Stream.of(
                                where.run(),
                                "stage " + where.stage(),
                                Objects.toString(where.task(), ""),
                                split,
                                where.step() == null ? "" : "step " + where.step(),
                                Objects.toString(where.part(), ""),
                                Objects.toString(where.other(), ""),
                                Objects.toString(where.slice(), ""))
                        .filter(word -> !word.isEmpty())
                        .collect(Collectors.joining(", "));
    }

    /// Reads [#RUN_FILE] and [#METRICS_FILE] of a directory.
    ///
    /// @throws LotaException if the directory or one of the files is not there or not as it must be
    public static Results read(Path directory) {
        Existing.problemOfDirectory(directory).ifPresent(problem -> {
            throw new LotaException(Text.format("%s: %s. Name one that an experiment left.", directory, problem));
        });
        for (String name : List.of(RUN_FILE, METRICS_FILE)) {
            if (!Files.isRegularFile(directory.resolve(name))) {
                throw new LotaException(
                        Text.format("%s: has no %s; expected a directory that an experiment left.", directory, name));
            }
        }
        RunFile file = RunFiles.read(directory.resolve(RUN_FILE));
        return new Results(file, MetricsFile.read(directory.resolve(METRICS_FILE)));
    }

    public RunFile file() {
        return file;
    }

    public List<Metric> metrics() {
        return metrics;
    }

    /// All figures of one kind of one run, in the file's order.
    public List<Metric> of(String run, Figure figure) {
        return lists.getOrDefault(new Of(run, figure), List.of());
    }

    /// One score of a whole stage.
    public OptionalDouble score(String run, int stage, Figure figure, @Nullable String task, @Nullable Split split) {
        return value(Where.stage(run, 0, stage, task).at(split), figure);
    }

    private OptionalDouble value(Where where, Figure figure) {
        Double value = values.get(new Key(where, figure));
        return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
    }

    /// The scores of one run on the tasks of its order.
    public Matrix matrix(Run run, Figure figure, Split split) {
        int stages = run.kind().equals("merge") ? 1 : run.order().size();
        Map<Cell, Double> cells = new HashMap<>();
        for (String task : run.order()) {
            score(BASE, 0, figure, task, split).ifPresent(v -> cells.put(new Cell(0, task), v));
            for (int stage = 1; stage <= stages; stage++) {
                Cell cell = new Cell(stage, task);
                score(run.name(), stage, figure, task, split).ifPresent(v -> cells.put(cell, v));
            }
        }
        return new Matrix(figure, split, run.order(), stages, Map.copyOf(cells));
    }

    /// The runs that differ in their seed alone, together, in the file's order.
    public List<Group> groups() {
        Map<Group, List<Run>> groups = new LinkedHashMap<>();
        for (Run run : file.runs()) {
            groups.computeIfAbsent(new Group(run.method(), run.course(), run.lr(), List.of()), g -> new ArrayList<>())
                    .add(run);
        }
        return groups.entrySet().stream()
                .map(e -> e.getKey().with(List.copyOf(e.getValue())))
                .toList();
    }

    /// Runs over two tasks or more, one after the other, by their order and who trains them.
    public Map<Course, List<Group>> sequences() {
        Map<Course, List<Group>> orders = new LinkedHashMap<>();
        for (Group group : groups()) {
            if (!group.merges() && group.order().size() > 1) {
                orders.computeIfAbsent(group.course(), o -> new ArrayList<>()).add(group);
            }
        }
        return orders;
    }

    /// Whether the scores after a run's last stage are known.
    public boolean done(Run run) {
        return matrix(run, Figure.LOSS, Split.TEST).finalAverage().isPresent();
    }
}
