package io.lota4j.experiment;

import io.lota4j.data.Dataset;
import io.lota4j.data.Example;
import io.lota4j.eval.Evaluation;
import io.lota4j.experiment.GridContext.Opened;
import io.lota4j.internal.Text;
import io.lota4j.internal.eval.Evaluator;
import io.lota4j.internal.experiment.Experiment;
import io.lota4j.internal.experiment.GridRun;
import io.lota4j.internal.experiment.Method.Full;
import io.lota4j.internal.experiment.Method.Lora;
import io.lota4j.internal.experiment.Method.Sparse;
import io.lota4j.internal.experiment.Probe;
import io.lota4j.internal.experiment.Task;
import io.lota4j.internal.experiment.Training;
import io.lota4j.internal.experiment.Variant;
import io.lota4j.internal.mask.RandomMask;
import io.lota4j.internal.train.Job;
import io.lota4j.internal.train.TrainingJob;
import io.lota4j.internal.train.lora.LoraJob;
import io.lota4j.mask.Mask;
import io.lota4j.mask.Scope;
import io.lota4j.train.Listener;
import io.lota4j.train.Progress;
import io.lota4j.train.TrainConfig;
import io.lota4j.train.lora.LoraConfig;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.stream.IntStream;

/// Measures how fast this machine trains and scores, a step each.
final class Rates {
    /// One step to warm up, one to time.
    private static final int STEPS = 2;

    private static final double SMALL_LR = 1e-6;
    private static final int SCORED = 8;
    private static final String DENSE = "dense";
    private static final String SCORING = "scoring";
    private static final String GENERATING = "generating";

    private final GridContext context;
    private final SequencedMap<String, Double> rates = new LinkedHashMap<>();

    Rates(GridContext context) {
        this.context = context;
    }

    SequencedMap<String, Double> all() {
        return rates;
    }

    /// Tokens a second of training the whole pool, which a calibration does.
    double dense() {
        return rates.computeIfAbsent(
                DENSE,
                k -> train(
                        k,
                        Masks.all(context, context.experiment().pool()),
                        context.experiment().training()));
    }

    /// Tokens a second of a method's training.
    double training(Variant variant) {
        Training training = context.experiment().training(variant);
        String batch = training.examples() == context.experiment().training().examples()
                ? ""
                : Text.format(", %d examples a step", training.examples());
        return switch (variant.method()) {
            case Full(var pool) when batch.isEmpty() -> dense();
            case Full(var pool) ->
                rates.computeIfAbsent(
                        DENSE + batch,
                        k -> train(k, Masks.all(context, context.experiment().pool()), training));
            case Sparse sparse ->
                rates.computeIfAbsent(
                        "sparsity " + sparse.sparsity() + batch, k -> train(k, random(sparse.sparsity()), training));
            case Lora lora -> rates.computeIfAbsent("lora r" + lora.rank() + batch, k -> adapter(k, lora, training));
        };
    }

    private Mask random(double sparsity) {
        try (Opened opened = context.open(Optional.empty())) {
            return RandomMask.of(opened.model().base(), context.experiment().pool(), sparsity, Scope.GLOBAL, 0);
        }
    }

    /// The first stage that there is to train.
    private GridRun first() {
        return Grid.runs(context.experiment()).getFirst();
    }

    private Dataset data() {
        return context.rows(first(), 0);
    }

    private double train(String what, Mask mask, Training training) {
        try (Opened opened = context.open(Optional.empty())) {
            return timed(what, new Job(opened.model(), mask, data(), config(training), context.kernel()));
        }
    }

    private double adapter(String what, Lora lora, Training training) {
        LoraConfig config = lora.config(context.experiment().pool());
        try (Opened opened = context.open(Optional.empty());
                LoraJob job = new LoraJob(opened.model(), config, data(), config(training), context.kernel())) {
            return timed(what, job);
        }
    }

    private TrainConfig config(Training training) {
        return training.config(STEPS, SMALL_LR, 0, context.experiment().objective(first(), 0));
    }

    private double timed(String what, TrainingJob job) {
        List<Progress> steps = new ArrayList<>();
        try (Stages.Stage shown = context.stages().begin("measure " + what)) {
            Listener listener = p -> {
                steps.add(p);
                shown.at(p.step(), p.steps(), p.tokensPerSecond(), p.loss());
            };
            job.run(null, 0, false, listener, context.stop());
        }
        context.check();
        Progress first = steps.getFirst();
        Progress last = steps.getLast();
        return (last.tokens() - first.tokens()) / (last.seconds() - first.seconds());
    }

    /// Tokens a second of scoring.
    double scoring() {
        return rates.computeIfAbsent(SCORING, k -> {
            Evaluation scores = evaluate(0);
            return scores.tokens() / scores.seconds();
        });
    }

    /// New tokens per second of answering.
    double generating() {
        return rates.computeIfAbsent(GENERATING, k -> {
            Experiment experiment = context.experiment();
            int most = IntStream.concat(
                            experiment.tasks().stream().mapToInt(Task::generate),
                            experiment.probes().stream().mapToInt(Probe::generate))
                    .max()
                    .orElse(0);
            Evaluation scores = evaluate(most);
            return scores.generatedTokens() / scores.generationSeconds();
        });
    }

    private Evaluation evaluate(int generate) {
        Task task = context.experiment().tasks().getFirst();
        List<Example> rows = context.data(task.name()).test().examples();
        try (Opened opened = context.open(Optional.empty());
                Stages.Stage shown = context.stages().begin("measure " + (generate == 0 ? SCORING : GENERATING))) {
            Evaluator evaluator = context.evaluator(opened.model(), task, generate);
            return evaluator.run(rows.subList(0, Math.min(SCORED, rows.size())), (done, all, tokens) -> {
                context.check();
                shown.at(done, all, Double.NaN, Double.NaN);
            });
        }
    }
}
