package io.lota4j.internal.train;

import io.lota4j.data.Example;
import io.lota4j.internal.kernel.MaskedKernel;
import io.lota4j.internal.kernel.Update;
import io.lota4j.internal.model.Decoder;
import io.lota4j.internal.model.Loss;
import io.lota4j.internal.model.ValueStore;
import io.lota4j.train.Progress.Phases;
import io.lota4j.train.Reduction;
import io.lota4j.train.TrainConfig;
import io.lota4j.train.objective.Objective;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// One optimizer step: gradients of all micro-batches, clip, update.
final class StepRunner {
    private static final Distilled.Outcome NOTHING = new Distilled.Outcome(0, 0, 0);

    private final Decoder decoder;
    private final TrainConfig config;
    private final MaskedKernel kernel;
    private final Parameters parameters;
    private final @Nullable Reference reference;
    private final @Nullable MixRows mixed;
    private final @Nullable Distilled distilled;
    private final List<Trainable> trainables;
    private final StepGradients gradients;
    private @Nullable LossChanges changes;
    private double[] squares = {};
    private double passSeconds;
    private double updateSeconds;

    /// @param reference of the run's samples, or null where its objective needs none
    /// @param mixed rows beside those of the data, or null for none
    /// @param distilled compares them with the run's start, where they are none of the samples; else null
    StepRunner(
            Decoder decoder,
            TrainConfig config,
            MaskedKernel kernel,
            Parameters parameters,
            @Nullable Reference reference,
            @Nullable MixRows mixed,
            @Nullable Distilled distilled) {
        this.reference = reference;
        this.mixed = mixed;
        this.distilled = distilled;
        this.decoder = decoder;
        this.config = config;
        this.kernel = kernel;
        this.parameters = parameters;
        this.trainables = parameters.trainables();
        this.gradients = parameters.gradients();
    }

    /// @param loss of the run's objective
    /// @param norm of the trained weights' gradient before clipping
    /// @param figures that the objective tells beside the loss
    record Outcome(double loss, double norm, long tokens, long scored, Map<String, Double> figures) {}

    /// Adds up the gradients of one step and bounds nothing yet; weights stay as they are.
    Outcome gradients(Samples samples, long step) {
        List<MicroBatch> batches = new ArrayList<>();
        int chunk = decoder.device().chunk();
        for (int m = 0; m < config.accumulation(); m++) {
            batches.addAll(MicroBatch.passes(samples.microBatch((step - 1) * config.accumulation() + m), chunk));
        }
        long start = System.nanoTime();
        double compared = distilled == null || mixed == null ? 0 : share(mixed);
        double each = (1 - compared) * weight(batches);
        gradients.clear();
        double loss = 0;
        Map<String, Double> figures = new TreeMap<>();
        for (MicroBatch batch : batches) {
            loss += each * pass(batch, each, figures);
        }
        Distilled.Outcome beside = distilled == null ? NOTHING : distilled.gradients(step - 1, compared, gradients);
        if (distilled != null) {
            loss += compared * beside.divergence();
            figures.put("mix_kl", beside.divergence());
        }
        long scored = batches.stream().mapToLong(MicroBatch::scored).sum() + beside.scored();
        if (mixed != null && scored > 0) {
            long theirs = beside.scored() + scoredOf(mixed, batches);
            figures.put("mix_share", (double) theirs / scored);
        }
        passSeconds = since(start);
        squares = squares();
        updateSeconds = since(start) - passSeconds;
        return new Outcome(
                loss,
                Math.sqrt(Arrays.stream(squares).sum()),
                batches.stream().mapToLong(b -> b.batch().tokens()).sum() + beside.tokens(),
                scored,
                figures);
    }

    /// Share of a step's loss that is of what is compared with the run's start.
    private double share(MixRows rows) {
        return (double) rows.mix().perBatch() / config.stepExamples();
    }

    /// Labelled tokens of the samples that are of a mix.
    private static long scoredOf(MixRows rows, List<MicroBatch> batches) {
        return batches.stream()
                .flatMap(batch -> batch.samples().stream())
                .filter(rows::has)
                .flatMap(sample -> sample.example().sequences().stream())
                .mapToLong(Example::labelledTokens)
                .sum();
    }

    /// @param figures to be added to
    private double pass(MicroBatch batch, double each, Map<String, Double> figures) {
        // A micro-batch may hold no label at all.
        if (batch.scored() == 0) {
            return 0;
        }
        Weighing weighing =
                new Weighing(config.objective(), batch, reference, sample -> mixed != null && mixed.has(sample));
        Loss losses = decoder.gradients(batch.batch(), weighing.weights(each), gradients);
        weighing.figures().forEach((name, value) -> figures.merge(name, each * value, Double::sum));
        return weighing.told(losses.tokenLosses());
    }

    private double weight(List<MicroBatch> batches) {
        boolean overTokens =
                config.objective().mean() == Objective.Mean.REDUCTION && config.reduction() == Reduction.TOKEN_MEAN;
        long parts = batches.stream()
                .mapToLong(
                        batch -> overTokens ? batch.scored() : batch.samples().size())
                .sum();
        return parts == 0 ? 0 : 1.0 / parts;
    }

    /// Sum of squares of each tensor's gradient. Tensors are independent: any number of threads yields the same.
    private double[] squares() {
        return IntStream.range(0, trainables.size())
                .parallel()
                .mapToDouble(t -> squares(trainables.get(t)))
                .toArray();
    }

    private double squares(Trainable trainable) {
        double sum = kernel.sumOfSquares(
                trainable.gradientMemory(), trainable.entries().count());
        trainable.rest();
        return sum;
    }

    /// Has every step from now on add to what the weights' movements change of the loss.
    void count(LossChanges sums) {
        changes = sums;
    }

    /// Moves the weights by the gradients of [#gradients].
    void update(long step) {
        long start = System.nanoTime();
        double[] factors = config.clip().factors(squares, config.maxNorm());
        LossChanges sums = changes;
        IntStream.range(0, factors.length).parallel().forEach(t -> {
            Trainable trainable = trainables.get(t);
            if (!gradients.moves(trainable.name())) {
                return;
            }
            Updates updates = trainable.updates();
            updates.moved(gradients.parts(trainable.name())).forEach(part -> {
                Update update = config.optimizer().update(updates.next(part), config.lr(step), factors[t]);
                if (sums == null) {
                    trainable.step(update, kernel, part);
                } else {
                    trainable.step(update, kernel, part, sums.of(trainable.name()));
                }
            });
            trainable.rest();
            if (sums != null) {
                ValueStore.rest(sums.of(trainable.name()));
            }
        });
        parameters.moved();
        updateSeconds += since(start);
    }

    /// What the last step's time went to.
    Phases phases() {
        return new Phases(passSeconds - gradients.seconds(), gradients.seconds(), updateSeconds);
    }

    private static double since(long start) {
        return (System.nanoTime() - start) / 1e9;
    }
}
