package io.lota4j.experiment;

import io.lota4j.internal.checkpoint.AtomicFile;
import io.lota4j.internal.checkpoint.Checkpoint;
import io.lota4j.internal.experiment.GridRun;
import io.lota4j.internal.experiment.Method.Sparse;
import io.lota4j.internal.metrics.RunFiles;
import io.lota4j.metrics.Figure;
import io.lota4j.metrics.Metric;
import io.lota4j.metrics.MetricsFile;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.Writer;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import tools.jackson.databind.json.JsonMapper;

/// Gathers what the work of a grid has left on disk into `metrics.jsonl` and `run.json`.
///
/// @param context base and data
/// @param choice of masks
/// @param runs of the grid
record Results(GridContext context, MaskChoice choice, List<GridRun> runs) {
    static final String BASE = "base";
    static final String ANSWERS = "answers.jsonl";

    Scores scores(GridRun run, int stage) {
        return new Scores(
                context,
                run.label(),
                Optional.of(StageWork.result(context, run, stage).ticket()),
                new WorkInputs(context).result(run, stage).digest(),
                context.secret(run));
    }

    Scores scores(MergeWork work) {
        return new Scores(
                context,
                work.merge().label(),
                Optional.of(work.folder().ticket()),
                work.inputs().digest(),
                context.secret(work.merge().inputs().getFirst()));
    }

    Scores base() {
        return new Scores(
                context, BASE, Optional.empty(), InputDigest.Digest.of(context.fingerprint()), context.secret());
    }

    /// Of everything that is done.
    List<Metric> metrics() {
        List<Metric> metrics = new ArrayList<>(FigureCollector.of(base().done(), BASE, 0, 0));
        regions()
                .forEach(region ->
                        metrics.addAll(FigureCollector.of(region.folder().figures(), BASE, 0, 0)));
        for (GridRun run : runs) {
            for (int stage = 0; stage < run.order().size(); stage++) {
                metrics.addAll(FigureCollector.of(stage(run, stage), run.name(), run.seed(), stage + 1));
            }
        }
        for (GridMerge merge : merges()) {
            metrics.addAll(FigureCollector.of(merge(merge), merge.name(), merge.seed(), 1));
        }
        return metrics;
    }

    /// The regions of the base that are found.
    private Stream<RegionWork> regions() {
        return context.experiment().regions().stream()
                .map(region -> new RegionWork(context, region))
                .filter(region -> region.folder().isDone());
    }

    /// Of every seed.
    List<GridMerge> merges() {
        return context.experiment().seeds().stream()
                .flatMap(seed -> Grid.merges(context.experiment(), seed).stream())
                .toList();
    }

    private List<Metric> stage(GridRun run, int stage) {
        List<Metric> figures = new ArrayList<>();
        folders(run, stage)
                .forEach(folder -> folder.figures().forEach(metric -> {
                    // What was made of a training comes first, and says what its result is.
                    if (figures.stream().noneMatch(metric::isOfTheSame)) {
                        figures.add(metric);
                    }
                }));
        if (!figures.isEmpty()) {
            figures.addAll(scores(run, stage).done());
            Scores before = stage == 0 ? base() : scores(run, stage - 1);
            figures.addAll(new EarlyProbes(context, run, stage)
                    .done(before.probes(), scores(run, stage).probes()));
        }
        return figures;
    }

    private List<Metric> merge(GridMerge merge) {
        MergeWork work = new MergeWork(context, merge);
        if (!work.folder().isDone()) {
            return List.of();
        }
        List<Metric> figures = new ArrayList<>(work.folder().figures());
        figures.addAll(scores(work).done());
        return figures;
    }

    /// Whether nothing is left to do.
    private boolean finished() {
        return base().isDone()
                && runs.stream()
                        .allMatch(run -> IntStream.range(0, run.order().size()).allMatch(stage -> finished(run, stage)))
                && merges().stream().allMatch(this::finished);
    }

    /// Whether nothing of a stage is left to do, scores included.
    boolean finished(GridRun run, int stage) {
        return StageWork.isDone(context, run, stage)
                && scores(run, stage).isDone()
                && new EarlyProbes(context, run, stage).missing().isEmpty();
    }

    /// Whether nothing of a merge is left to do, scores included.
    boolean finished(GridMerge merge) {
        MergeWork work = new MergeWork(context, merge);
        return work.folder().isDone() && scores(work).isDone();
    }

    /// What training and choosing masks took. Work that runs share was done once.
    private double seconds() {
        return runs.stream()
                .flatMap(run -> IntStream.range(0, run.order().size()).boxed().flatMap(stage -> folders(run, stage)))
                .distinct()
                .flatMap(folder -> folder.figures().stream())
                .filter(m -> m.figure() == Figure.TRAIN_SECONDS || m.figure() == Figure.CALIBRATION_SECONDS)
                .mapToDouble(Metric::value)
                .sum();
    }

    /// Where what was made of a stage's training, the training and the choice of its mask lie; none if it
    /// is not done.
    private Stream<Folder> folders(GridRun run, int stage) {
        if (!StageWork.isDone(context, run, stage)) {
            return Stream.empty();
        }
        Stream<Folder> ends = Stream.of(
                        StageWork.result(context, run, stage),
                        StageWork.kept(context, run, stage),
                        StageWork.folder(context, run, stage))
                .distinct();
        return run.variant(stage).method() instanceof Sparse sparse
                ? Stream.concat(ends, Stream.of(choice.folder(run, stage, sparse)))
                : ends;
    }

    /// Writes every answer to a probe that is there, each with its run and stage; without probes no file.
    void writeAnswers() {
        if (!context.probes().isEmpty()) {
            AtomicFile.write(context.experiment().out().resolve(ANSWERS), channel -> {
                Writer writer = new BufferedWriter(Channels.newWriter(channel, StandardCharsets.UTF_8));
                answers(base(), BASE, 0, writer);
                for (GridRun run : runs) {
                    for (int stage = 0; stage < run.order().size(); stage++) {
                        if (StageWork.isDone(context, run, stage)) {
                            answers(scores(run, stage), run.name(), stage + 1, writer);
                        }
                    }
                }
                for (GridMerge merge : merges()) {
                    MergeWork work = new MergeWork(context, merge);
                    if (work.folder().isDone()) {
                        answers(scores(work), merge.name(), 1, writer);
                    }
                }
                writer.flush();
            });
        }
    }

    private static void answers(Scores scores, String run, int stage, Writer writer) throws IOException {
        for (ProbeScores.Answered answered : scores.probes().answered()) {
            Map<String, Object> where = new LinkedHashMap<>();
            where.put("probe", answered.probe());
            where.put("run", run);
            where.put("stage", stage);
            String begin = JsonMapper.shared().writeValueAsString(where);
            // An object that goes on with the answer's own keys.
            begin = begin.substring(0, begin.length() - 1) + ",";
            for (String line : Files.readAllLines(answered.file())) {
                writer.write(begin);
                writer.write(line, 1, line.length() - 1);
                writer.write('\n');
            }
        }
    }

    /// Writes both files.
    void write() {
        List<Metric> metrics = metrics();
        Path out = context.experiment().out();
        AtomicFile.write(out.resolve("metrics.jsonl"), MetricsFile.text(metrics));
        try (Checkpoint base = Checkpoint.open(context.experiment().base())) {
            Description description = new Description(context, base);
            RunFiles.write(out.resolve("run.json"), description.file(runs, merges(), seconds(), finished()));
        }
    }
}
