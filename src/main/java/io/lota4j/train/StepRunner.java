package io.lota4j.train;

import io.lota4j.kernel.MaskedKernel;
import io.lota4j.kernel.Update;
import io.lota4j.model.Decoder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/// One optimizer step: gradients of all micro-batches, clip, update.
final class StepRunner {
    private final Decoder decoder;
    private final TrainConfig config;
    private final MaskedKernel kernel;
    private final Parameters parameters;
    private final List<Trainable> trainables;
    private final StepGradients gradients;
    private double[] squares = {};
    private double passSeconds;
    private double updateSeconds;

    StepRunner(Decoder decoder, TrainConfig config, MaskedKernel kernel, Parameters parameters) {
        this.decoder = decoder;
        this.config = config;
        this.kernel = kernel;
        this.parameters = parameters;
        this.trainables = parameters.trainables();
        this.gradients = parameters.gradients();
    }

    /// @param loss in the run's reduction
    /// @param norm of the trained weights' gradient before clipping
    record Outcome(double loss, double norm, long tokens, long scored) {}

    /// Adds up the gradients of one step and bounds nothing yet; weights stay as they are.
    Outcome gradients(Samples samples, long step) {
        List<MicroBatch> batches = new ArrayList<>();
        int chunk = decoder.device().chunk();
        for (int m = 0; m < config.accumulation(); m++) {
            batches.addAll(MicroBatch.passes(samples.microBatch((step - 1) * config.accumulation() + m), chunk));
        }
        long start = System.nanoTime();
        double each = weight(batches);
        gradients.clear();
        double loss = 0;
        for (MicroBatch batch : batches) {
            loss += each * pass(batch, each);
        }
        passSeconds = since(start);
        squares = squares();
        updateSeconds = since(start) - passSeconds;
        return new Outcome(
                loss,
                Math.sqrt(Arrays.stream(squares).sum()),
                batches.stream().mapToLong(b -> b.batch().tokens()).sum(),
                batches.stream().mapToLong(MicroBatch::scored).sum());
    }

    private double pass(MicroBatch batch, double each) {
        // A micro-batch may hold no label at all.
        return batch.scored() == 0
                ? 0
                : decoder.gradients(batch.batch(), batch.weights(each), gradients)
                        .sum();
    }

    private double weight(List<MicroBatch> batches) {
        long parts = switch (config.reduction()) {
            case TOKEN_MEAN -> batches.stream().mapToLong(MicroBatch::scored).sum();
            case EXAMPLE_SUM -> batches.stream().mapToLong(b -> b.rows().length).sum();
        };
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

    /// Moves the weights by the gradients of [#gradients].
    void update(long step) {
        long start = System.nanoTime();
        double[] factors = config.clip().factors(squares, config.maxNorm());
        IntStream.range(0, factors.length).parallel().forEach(t -> {
            Trainable trainable = trainables.get(t);
            if (!gradients.moves(trainable.name())) {
                return;
            }
            Updates updates = trainable.updates();
            updates.moved(gradients.parts(trainable.name())).forEach(part -> {
                Update update = config.optimizer().update(updates.next(part), config.lr(step), factors[t]);
                trainable.step(update, kernel, part);
            });
            trainable.rest();
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
