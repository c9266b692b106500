package io.lota4j.internal.train;

import io.lota4j.data.Example;
import io.lota4j.internal.kernel.MaskedKernel;
import io.lota4j.internal.kernel.Update;
import io.lota4j.internal.model.Decoder;
import io.lota4j.internal.model.Loss;
import io.lota4j.internal.model.ValueStore;
import io.lota4j.train.Progress.Phases;
import io.lota4j.train.Reduction;
import io.lota4j.train.RemoteShards;
import io.lota4j.train.ReplicaRound;
import io.lota4j.train.ShardSums;
import io.lota4j.train.TrainConfig;
import io.lota4j.train.objective.Objective;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// One optimizer step: gradients of all micro-batches, clip, update.
final class StepRunner {
    private static final Distilled.Outcome NOTHING = new Distilled.Outcome(0, 0, 0);
    private static final float[] NO_FLOATS = {};

    private final Decoder decoder;
    private final TrainConfig config;
    private final MaskedKernel kernel;
    private final Parameters parameters;
    private final @Nullable Reference reference;
    private final @Nullable MixRows mixed;
    private final @Nullable Distilled distilled;
    private final List<Trainable> trainables;
    private final StepGradients gradients;
    private final @Nullable ShardFold fold;
    private @Nullable RemoteShards elsewhere;
    private @Nullable LossChanges changes;
    private double[] squares = {};
    private Phases phases = Phases.NONE;

    /// @param reference of the run's samples, or null where its objective needs none
    /// @param mixed rows beside those of the data, or null for none
    /// @param distilled compares them with the run's start, where they are none of the samples; else null
    /// @param fold adds up the shards of a step; null where there is one
    StepRunner(
            Decoder decoder,
            TrainConfig config,
            MaskedKernel kernel,
            Parameters parameters,
            @Nullable Reference reference,
            @Nullable MixRows mixed,
            @Nullable Distilled distilled,
            @Nullable ShardFold fold) {
        this.reference = reference;
        this.mixed = mixed;
        this.distilled = distilled;
        this.decoder = decoder;
        this.config = config;
        this.kernel = kernel;
        this.parameters = parameters;
        this.trainables = parameters.trainables();
        this.gradients = parameters.gradients();
        this.fold = fold;
    }

    /// @param loss of the run's objective
    /// @param norm of the trained weights' gradient before clipping
    /// @param figures that the objective tells beside the loss
    record Outcome(double loss, double norm, long tokens, long scored, Map<String, Double> figures) {}

    /// Has the shards of every step computed elsewhere from now on.
    void compute(RemoteShards where) {
        elsewhere = where;
    }

    /// Adds up the gradients of one step and bounds nothing yet; weights stay as they are.
    ///
    /// @throws NotFiniteShard at the first of several shards whose loss or gradient is not finite
    Outcome gradients(Samples samples, long step) {
        StepShards cut = StepShards.of(samples, step, config, decoder.device().chunk());
        long start = System.nanoTime();
        double compared = distilled == null || mixed == null ? 0 : share(mixed);
        double each = (1 - compared) * weight(cut);
        gradients.clear();
        double loss = 0;
        long tokens = 0;
        long scored = 0;
        Map<String, Double> figures = new TreeMap<>();
        Iterator<ShardSums> shards = shards(cut, each, step);
        if (fold != null) {
            fold.clear();
        }
        for (int shard = 0; shard < cut.shards().size(); shard++) {
            ShardSums sums = shards.next();
            if (fold != null) {
                requireFinite(sums, step, shard);
                fold.add();
            }
            loss += sums.loss();
            tokens += sums.tokens();
            scored += sums.scored();
            sums.addFigures(figures);
        }
        Distilled.Outcome beside = distilled == null ? NOTHING : distilled.gradients(step - 1, compared, gradients);
        if (distilled != null) {
            loss += compared * beside.divergence();
            figures.put("mix_kl", beside.divergence());
            if (fold != null) {
                fold.add();
            }
        }
        if (fold != null) {
            fold.end();
        }
        scored += beside.scored();
        if (mixed != null && scored > 0) {
            long theirs = beside.scored() + scoredOf(mixed, cut);
            figures.put("mix_share", (double) theirs / scored);
        }
        timePasses(start);
        return new Outcome(loss, Math.sqrt(Arrays.stream(squares).sum()), tokens + beside.tokens(), scored, figures);
    }

    /// Computes the shards of a step one after the other, each when it is asked for: its gradients are then where the
    /// step's are made.
    private Iterator<ShardSums> shards(StepShards cut, double each, long step) {
        RemoteShards remote = elsewhere;
        if (remote == null) {
            return cut.shards().stream().map(batches -> sums(batches, each)).iterator();
        }
        return remote.of(step, Concatenated.of(trainables, Trainable::copyTo)).stream()
                .map(sums -> {
                    Concatenated.each(sums.gradients(), trainables, Trainable::copyGradientFrom);
                    gradients.reached().add(sums.reached());
                    return sums;
                })
                .iterator();
    }

    /// One shard of a step alone, with the values that the weights have.
    ///
    /// @param step from 1
    /// @param shard from 0
    ShardSums shard(Samples samples, long step, int shard) {
        StepShards cut = StepShards.of(samples, step, config, decoder.device().chunk());
        gradients.clear();
        ShardSums sums = sums(cut.shards().get(shard), weight(cut));
        return new ShardSums(
                sums.loss(),
                sums.tokens(),
                sums.scored(),
                sums.figures(),
                gradients.reached(),
                Concatenated.of(trainables, Trainable::copyGradientTo));
    }

    /// A step that a shard takes apart from the others: by the gradient of the loss of its own samples, as if there
    /// were no others. Where it has none, or loss or gradient are not finite, the weights stay as they are.
    ///
    /// @param step from 1
    /// @param shard from 0
    /// @return with the shard's part of the loss of all samples of the step
    ReplicaRound.Step step(Samples samples, long step, int shard) {
        long start = System.nanoTime();
        StepShards cut = StepShards.of(samples, step, config, decoder.device().chunk());
        StepShards own = new StepShards(List.of(cut.shards().get(shard)));
        gradients.clear();
        ShardSums sums = sums(own.shards().getFirst(), weight(own));
        timePasses(start);
        double norm = Math.sqrt(Arrays.stream(squares).sum());
        double share = sums.scored() == 0 ? 0 : weight(cut) / weight(own);
        sums.figures().replaceAll((name, value) -> share * value);
        ReplicaRound.Step told =
                new ReplicaRound.Step(share * sums.loss(), norm, sums.tokens(), sums.scored(), sums.figures());
        if (told.isFinite() && !own.shards().getFirst().isEmpty()) {
            update(step);
        }
        return told;
    }

    private ShardSums sums(List<MicroBatch> batches, double each) {
        double loss = 0;
        TreeMap<String, Double> figures = new TreeMap<>();
        for (MicroBatch batch : batches) {
            loss += each * pass(batch, each, figures);
        }
        return new ShardSums(
                loss,
                batches.stream().mapToLong(b -> b.batch().tokens()).sum(),
                batches.stream().mapToLong(MicroBatch::scored).sum(),
                figures,
                gradients.reached(),
                NO_FLOATS);
    }

    private void requireFinite(ShardSums sums, long step, int shard) {
        double norm = Math.sqrt(Arrays.stream(squares()).sum());
        if (!Double.isFinite(sums.loss()) || !Double.isFinite(norm)) {
            throw new NotFiniteShard(step, shard, sums.loss(), norm);
        }
    }

    /// Says which shard of a step is not finite.
    static final class NotFiniteShard extends RuntimeException {
        private static final long serialVersionUID = 1;

        private final long step;
        private final int shard;
        private final double loss;
        private final double norm;

        NotFiniteShard(long step, int shard, double loss, double norm) {
            this.step = step;
            this.shard = shard;
            this.loss = loss;
            this.norm = norm;
        }

        /// From 1.
        long step() {
            return step;
        }

        /// From 0.
        int shard() {
            return shard;
        }

        /// Of the shard alone.
        double loss() {
            return loss;
        }

        /// Of the shard's gradient.
        double norm() {
            return norm;
        }
    }

    /// Share of a step's loss that is of what is compared with the run's start.
    private double share(MixRows rows) {
        return (double) rows.mix().perBatch() / config.stepExamples();
    }

    /// Labelled tokens of the samples that are of a mix.
    private static long scoredOf(MixRows rows, StepShards cut) {
        return cut.passes()
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

    private double weight(StepShards cut) {
        boolean overTokens =
                config.objective().mean() == Objective.Mean.REDUCTION && config.reduction() == Reduction.TOKEN_MEAN;
        long parts = cut.passes()
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
            if (!gradients.reached().moves(trainable.name())) {
                return;
            }
            Updates updates = trainable.updates();
            updates.moved(gradients.reached().parts(trainable.name())).forEach(part -> {
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
        phases = phases.plus(new Phases(0, 0, since(start)));
    }

    /// Ends the passes of a step: the gradients' norm is part of the update.
    ///
    /// @param start of the passes
    private void timePasses(long start) {
        double passes = since(start);
        squares = squares();
        phases = phases.plus(new Phases(passes - gradients.seconds(), gradients.seconds(), since(start) - passes));
    }

    /// What the time of all steps since the last call went to.
    Phases phases() {
        Phases since = phases;
        phases = Phases.NONE;
        return since;
    }

    private static double since(long start) {
        return (System.nanoTime() - start) / 1e9;
    }
}
