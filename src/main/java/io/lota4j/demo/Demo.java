package io.lota4j.demo;

import io.lota4j.Calibration;
import io.lota4j.EvalOptions;
import io.lota4j.Lota;
import io.lota4j.RowOptions;
import io.lota4j.data.Dataset;
import io.lota4j.eval.Evaluation;
import io.lota4j.experiment.Stages;
import io.lota4j.kernel.choice.KernelChoice;
import io.lota4j.mask.Mask;
import io.lota4j.mask.MaskFile;
import io.lota4j.model.MemoryPolicy;
import io.lota4j.ticket.Ticket;
import io.lota4j.ticket.TicketFile;
import io.lota4j.train.RunObserver;
import io.lota4j.train.StateFile;
import io.lota4j.train.TrainConfig;
import io.lota4j.train.Training;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/// Lottery Ticket Adaptation on the built-in base, start to end: for each of two dissimilar tasks calibrate,
/// extract a 90%-sparse mask and train a ticket; then score the base, each ticket and both tickets added
/// together on both
/// tasks.
///
/// @param directory where everything goes; files of the same names are replaced
/// @param seed of data order
/// @param stages hear of what goes on
public record Demo(Path directory, long seed, Stages stages) {
    /// The tasks: dissimilar, so that their tickets add up.
    static final List<DemoTask> TASKS = List.of(DemoTask.FLIP, DemoTask.PLUS);

    static final double SPARSITY = 0.9;
    private static final int CALIBRATION_STEPS = 20;
    private static final double CALIBRATION_LR = 3e-4;
    private static final int TRAINING_STEPS = 60;
    private static final double TRAINING_LR = 1e-3;
    private static final int BATCH = 32;
    /// Longest answer, in bytes, with room to spare.
    private static final int ANSWER = 16;

    private static final int SCORING_BATCH = 64;
    private static final int MAX_LENGTH = 64;

    /// Exact answers of one model.
    ///
    /// @param model what it is
    /// @param accuracy by task, in [0, 1]
    public record Row(String model, Map<DemoTask, Double> accuracy) {}

    /// What the demo made.
    ///
    /// @param rows the table, base first
    /// @param overlap of the two masks, intersection over union
    /// @param files that were left
    public record Outcome(List<Row> rows, double overlap, List<Path> files) {}

    /// Runs everything.
    public Outcome run() {
        Path base = directory.resolve("base");
        DemoFiles.writeBase(base);
        List<Path> files = new ArrayList<>();
        files.add(base);
        try (Lota lota = Lota.open(base, KernelChoice.JAVA, MemoryPolicy.KEEP)) {
            Bench bench = new Bench(lota);
            List<Trained> trained = new ArrayList<>();
            for (DemoTask task : TASKS) {
                files.addAll(DemoFiles.writeTask(directory, new DemoData(DemoData.DEFAULT_SEED), task));
                trained.add(train(bench, task));
                files.add(file(task, "mask"));
                files.add(file(task, "ticket"));
            }
            double overlap =
                    trained.getFirst().mask().overlap(trained.getLast().mask()).iou();
            return new Outcome(rows(bench, trained), overlap, files);
        }
    }

    private record Trained(DemoTask task, Mask mask, Ticket ticket) {}

    private Trained train(Bench bench, DemoTask task) {
        Mask mask = bench.calibrate(task);
        MaskFile.write(file(task, "mask"), mask);
        Ticket ticket = bench.train(task, mask);
        TicketFile.write(file(task, "ticket"), ticket);
        return new Trained(task, mask, ticket);
    }

    private Path file(DemoTask task, String kind) {
        return directory.resolve(task.taskName() + "." + kind + ".safetensors");
    }

    private List<Row> rows(Bench bench, List<Trained> trained) {
        List<Row> rows = new ArrayList<>();
        rows.add(bench.score("base", List.of()));
        trained.forEach(t -> rows.add(bench.score("base + " + t.task().taskName(), List.of(t.ticket()))));
        rows.add(
                bench.score("base + both", trained.stream().map(Trained::ticket).toList()));
        return rows;
    }

    /// The base, and the tasks' data in its tokens.
    private final class Bench {
        private final Lota lota;

        Bench(Lota lota) {
            this.lota = lota;
        }

        Mask calibrate(DemoTask task) {
            return run(
                    "calibrate " + task.taskName(),
                    observer -> lota.calibrate(
                            data(task, Split.TRAIN),
                            Calibration.of(SPARSITY),
                            config(CALIBRATION_STEPS, CALIBRATION_LR),
                            observer,
                            StateFile.NONE));
        }

        Ticket train(DemoTask task, Mask mask) {
            return run(
                    "train " + task.taskName(),
                    observer -> lota.train(
                            data(task, Split.TRAIN),
                            mask,
                            config(TRAINING_STEPS, TRAINING_LR),
                            observer,
                            StateFile.NONE));
        }

        private TrainConfig config(int steps, double lr) {
            return TrainConfig.of(steps, lr).batchSize(BATCH).seed(seed).build();
        }

        private <T> T run(String what, Function<RunObserver, Training<T>> work) {
            try (Stages.Stage stage = stages.begin(what)) {
                return work.apply(RunObserver.steps(p -> stage.at(p.step(), p.steps(), p.tokensPerSecond(), p.loss())))
                        .result();
            }
        }

        private Dataset data(DemoTask task, Split split) {
            RowOptions rows = RowOptions.templates("{prompt}", "{completion}").maxLength(MAX_LENGTH);
            return lota.data(directory.resolve(DemoFiles.fileName(task, split)), rows);
        }

        Row score(String name, List<Ticket> tickets) {
            Map<DemoTask, Double> accuracy = new LinkedHashMap<>();
            EvalOptions answers = EvalOptions.answers(ANSWER).batchSize(SCORING_BATCH);
            try (Stages.Stage stage = stages.begin("score " + name)) {
                for (DemoTask task : TASKS) {
                    Evaluation scores = lota.evaluate(
                            data(task, Split.TEST),
                            tickets,
                            answers,
                            (done, all, tokens) -> stage.at(done, all, Double.NaN, Double.NaN),
                            () -> false);
                    accuracy.put(task, scores.accuracy().orElseThrow());
                }
            }
            return new Row(name, accuracy);
        }
    }
}
