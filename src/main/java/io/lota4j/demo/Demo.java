package io.lota4j.demo;

import io.lota4j.data.ChatTemplate;
import io.lota4j.data.Dataset;
import io.lota4j.data.ExampleEncoder;
import io.lota4j.data.ExampleFormat;
import io.lota4j.data.StopTokens;
import io.lota4j.data.Tokenizer;
import io.lota4j.eval.AnswerCheck;
import io.lota4j.eval.Evaluation;
import io.lota4j.eval.Evaluator;
import io.lota4j.experiment.Stages;
import io.lota4j.kernel.java.JavaKernel;
import io.lota4j.mask.Mask;
import io.lota4j.mask.MaskFile;
import io.lota4j.mask.Pool;
import io.lota4j.mask.Scope;
import io.lota4j.ticket.Ticket;
import io.lota4j.ticket.TicketFile;
import io.lota4j.train.AdaptedModel;
import io.lota4j.train.Clip;
import io.lota4j.train.Job;
import io.lota4j.train.Optimizer;
import io.lota4j.train.Reduction;
import io.lota4j.train.RunState;
import io.lota4j.train.Schedule;
import io.lota4j.train.TrainConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

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
        try (Tokenizer tokenizer = Tokenizer.of(base)) {
            Bench bench = new Bench(base, tokenizer);
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

    /// The base with its tokenizer, opened anew for every run: each starts from the base.
    private final class Bench {
        private final Path base;
        private final Tokenizer tokenizer;
        private final ExampleEncoder encoder;

        Bench(Path base, Tokenizer tokenizer) {
            this.base = base;
            this.tokenizer = tokenizer;
            this.encoder = new ExampleEncoder(
                    tokenizer, ChatTemplate.of(base), ExampleFormat.of("{prompt}", "{completion}"), MAX_LENGTH);
        }

        Mask calibrate(DemoTask task) {
            try (AdaptedModel model = AdaptedModel.open(base)) {
                Mask everything = Mask.full(model.base(), Pool.standard());
                Job job = job(model, everything, task, CALIBRATION_STEPS, CALIBRATION_LR);
                RunState end = run(job, "calibrate " + task.taskName());
                return job.calibrated(end, SPARSITY, Scope.GLOBAL);
            }
        }

        Ticket train(DemoTask task, Mask mask) {
            try (AdaptedModel model = AdaptedModel.open(base)) {
                Job job = job(model, mask, task, TRAINING_STEPS, TRAINING_LR);
                RunState end = run(job, "train " + task.taskName());
                return job.ticket(end);
            }
        }

        private Job job(AdaptedModel model, Mask mask, DemoTask task, int steps, double lr) {
            TrainConfig config = new TrainConfig(
                    steps,
                    Optimizer.AdamW.DEFAULT,
                    lr,
                    Schedule.CONSTANT,
                    0,
                    BATCH,
                    1,
                    Clip.GLOBAL,
                    1,
                    Reduction.TOKEN_MEAN,
                    seed,
                    true);
            return new Job(model, mask, data(task, Split.TRAIN), config, new JavaKernel());
        }

        private RunState run(Job job, String what) {
            try (Stages.Stage stage = stages.begin(what)) {
                return job.run(
                        null, 0, false, p -> stage.at(p.step(), p.steps(), p.tokensPerSecond(), p.loss()), () -> false);
            }
        }

        private Dataset data(DemoTask task, Split split) {
            return Dataset.load(directory.resolve(DemoFiles.fileName(task, split)), encoder, Dataset.ALL);
        }

        Row score(String name, List<Ticket> tickets) {
            Map<DemoTask, Double> accuracy = new LinkedHashMap<>();
            try (AdaptedModel model = AdaptedModel.open(base);
                    Stages.Stage stage = stages.begin("score " + name)) {
                tickets.forEach(model::add);
                Evaluator evaluator = new Evaluator(
                        model.decoder(),
                        tokenizer,
                        StopTokens.of(base, encoder.endToken()).ids(),
                        SCORING_BATCH,
                        ANSWER,
                        new AnswerCheck(null));
                for (DemoTask task : TASKS) {
                    Evaluation scores = evaluator.run(
                            data(task, Split.TEST).examples(),
                            (done, all, tokens) -> stage.at(done, all, Double.NaN, Double.NaN));
                    accuracy.put(task, scores.accuracy().orElseThrow());
                }
            }
            return new Row(name, accuracy);
        }
    }
}
