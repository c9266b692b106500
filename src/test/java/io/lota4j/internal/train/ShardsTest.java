package io.lota4j.internal.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.lota4j.Golden;
import io.lota4j.LotaException;
import io.lota4j.data.Dataset;
import io.lota4j.internal.kernel.java.JavaKernel;
import io.lota4j.internal.model.NotFiniteException;
import io.lota4j.internal.train.Samples.BatchedSamples;
import io.lota4j.internal.train.lora.LoraJob;
import io.lota4j.mask.Mask;
import io.lota4j.mask.Pool;
import io.lota4j.memory.Host;
import io.lota4j.model.MemoryPolicy;
import io.lota4j.model.MemoryPolicy.ActivationPolicy;
import io.lota4j.model.MemoryPolicy.BaseWeights;
import io.lota4j.train.RemoteShards;
import io.lota4j.train.ReplicaRound;
import io.lota4j.train.ReplicaRound.OptimizerState;
import io.lota4j.train.RunState;
import io.lota4j.train.ShardSums;
import io.lota4j.train.TrainConfig;
import io.lota4j.train.lora.LoraConfig;
import io.lota4j.train.objective.Dpo;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// A step in shards: the sums are added in the shards' order, wherever they were computed.
class ShardsTest {
    private static final int STEPS = 5;
    /// An epoch ends within a step: with four examples a step, every second one has three.
    private static final Dataset DATA = Runs.data(11, 7);

    @TempDir
    private Path folder = Path.of("");

    private static TrainConfig config(int shards) {
        return TrainConfig.of(STEPS, 1e-2)
                .optimizer(Runs.ADAMW)
                .batchSize(2)
                .accumulation(2)
                .seed(3)
                .shards(shards)
                .build();
    }

    @Test
    void aStepsGradientIsTheSumOfItsShardsInTheirOrder() {
        try (AdaptedModel model = Runs.model();
                Bench bench = new Bench(model, config(3))) {
            for (long step = 1; step <= 2; step++) {
                float[] values = bench.values();
                List<ShardSums> shards = new ArrayList<>();
                try (AdaptedModel other = Runs.model();
                        ShardWorker worker = new ShardWorker(Runs.job(other, bench.mask, DATA, config(3)))) {
                    for (int shard = 0; shard < 3; shard++) {
                        shards.add(worker.compute(step, shard, values));
                    }
                }
                float[] expected = new float[values.length];
                double loss = 0;
                for (ShardSums sums : shards) {
                    for (int e = 0; e < expected.length; e++) {
                        expected[e] += sums.gradients()[e];
                    }
                    loss += sums.loss();
                }
                StepRunner.Outcome outcome = bench.runner.gradients(bench.samples, step);
                assertThat(bench.gradients()).isEqualTo(expected);
                assertThat(outcome.loss()).isEqualTo(loss);
                assertThat(outcome.scored())
                        .isEqualTo(shards.stream().mapToLong(ShardSums::scored).sum());
                assertThat(outcome.tokens())
                        .isEqualTo(shards.stream().mapToLong(ShardSums::tokens).sum());
                assertThat(shards).allMatch(sums -> sums.tokens() > 0);
            }
        }
    }

    /// Each pass has rows of its own, so that sums differ in their last bits.
    @Test
    void shardsLearnWhatAWholeStepLearns() {
        List<Double> whole = losses(config(1));
        List<Double> sharded = losses(config(4));
        for (int step = 0; step < STEPS; step++) {
            assertThat(sharded.get(step)).isCloseTo(whole.get(step), within(1e-4));
        }
        assertThat(whole.getLast()).isLessThan(whole.getFirst());
    }

    private static List<Double> losses(TrainConfig config) {
        try (AdaptedModel model = Runs.model()) {
            return Runs.run(model, Runs.random(model, 0.6, 5), DATA, config).losses();
        }
    }

    /// With weights that are trained in place, beside mapped ones, whole tensors, and experts that only some shards
    /// reach.
    @ParameterizedTest
    @CsvSource({
        "llama-tied, 0.6, 3, LOADED",
        "llama-tied, 0.6, 1, LOADED",
        "llama-tied, 0, 4, MAPPED",
        "gpt-oss, 0.5, 4, LOADED",
        "qwen3-moe, 0, 2, LOADED"
    })
    void aRunHasTheSameBitsWhereverItsShardsAreComputed(String name, double sparsity, int shards, BaseWeights base) {
        MemoryPolicy memory = new MemoryPolicy(ActivationPolicy.KEEP, base);
        Path directory = Golden.path("models/" + name);
        TrainConfig config = config(shards);
        try (AdaptedModel here = AdaptedModel.open(directory, memory);
                AdaptedModel driver = AdaptedModel.open(directory, memory);
                AdaptedModel one = AdaptedModel.open(directory, memory);
                AdaptedModel two = AdaptedModel.open(directory, memory)) {
            Mask mask = sparsity == 0 ? Runs.everything(here) : Runs.random(here, sparsity, 5);
            RunState expected = Runs.run(here, mask, DATA, config);
            Map<String, String> identity = new LinkedHashMap<>();
            try (ShardWorker first = new ShardWorker(Runs.job(one, mask, DATA, config));
                    ShardWorker second = new ShardWorker(Runs.job(two, mask, DATA, config))) {
                RunState found = Runs.job(driver, mask, DATA, config)
                        .computing(with(identity, (step, values) -> later(shards, step, values, first, second)))
                        .run(null, 0, false, Runs.SILENT, () -> false);
                assertThat(identity).isEqualTo(first.job().identity());
                assertThat(found.losses()).isEqualTo(expected.losses());
                assertThat(found.tokens()).isEqualTo(expected.tokens());
                assertThat(found.scoredTokens()).isEqualTo(expected.scoredTokens());
                Runs.assertBits(driver, Runs.bits(here));
            }
        }
    }

    private interface Computation {
        List<ShardSums> of(long step, float[] values);
    }

    /// @param identity gets what the run says of itself
    private static RemoteShards with(Map<String, String> identity, Computation computation) {
        return new RemoteShards() {
            @Override
            public void begin(Map<String, String> told) {
                assertThat(identity).isEmpty();
                identity.putAll(told);
            }

            @Override
            public List<ShardSums> of(long step, float[] values) {
                assertThat(identity).isNotEmpty();
                return computation.of(step, values);
            }

            @Override
            public List<ReplicaRound> round(long from, int steps, float[] values, List<OptimizerState> optimizers) {
                throw new AssertionError("the shards take all steps together");
            }
        };
    }

    /// The last shard first, each by another worker than its neighbours', one of them twice, and sent over a wire.
    private static List<ShardSums> later(int shards, long step, float[] values, ShardWorker first, ShardWorker second) {
        first.compute(step, 0, new float[values.length]);
        List<ShardSums> sums = new ArrayList<>();
        for (int shard = shards - 1; shard >= 0; shard--) {
            sums.add(sent((shard % 2 == 0 ? first : second).compute(step, shard, values), ShardSums.class));
        }
        Collections.reverse(sums);
        return sums;
    }

    /// What arrives of something that is sent to another process.
    static <T extends Serializable> T sent(T sums, Class<T> type) {
        try {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
                out.writeObject(sums);
            }
            try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
                return type.cast(in.readObject());
            }
        } catch (IOException | ClassNotFoundException e) {
            throw new AssertionError(e);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"memory", "files"})
    void aResumedRunEndsWithTheSameBits(String where) {
        MemoryPolicy memory = where.equals("files")
                ? new MemoryPolicy(ActivationPolicy.KEEP, BaseWeights.MAPPED).withState(folder)
                : MemoryPolicy.KEEP;
        Path state = folder.resolve("run.state");
        try (AdaptedModel whole = Runs.model();
                AdaptedModel begun = AdaptedModel.open(Golden.path("models/llama-tied"), memory);
                AdaptedModel resumed = AdaptedModel.open(Golden.path("models/llama-tied"), memory)) {
            Mask mask = Runs.random(whole, 0.6, 5);
            RunState expected = Runs.run(whole, mask, DATA, config(3));
            RunState half = Runs.job(begun, mask, DATA, config(3)).run(state, 0, false, Runs.SILENT, Runs.stopAfter(1));
            assertThat(half.step()).isEqualTo(2);
            RunState found = Runs.job(resumed, mask, DATA, config(3)).run(state, 0, true, Runs.SILENT, () -> false);
            assertThat(found.losses()).isEqualTo(expected.losses());
            Runs.assertBits(resumed, Runs.bits(whole));
            Job other = Runs.job(begun, mask, DATA, config(2));
            assertThatThrownBy(() -> other.run(state, 0, true, Runs.SILENT, () -> false))
                    .hasMessageContaining("shards=3")
                    .hasMessageContaining("shards=2");
        }
    }

    @Test
    void aShardThatIsNotFiniteIsNamedWithItsRows() {
        TrainConfig config = config(4);
        try (AdaptedModel model = Runs.model();
                AdaptedModel other = Runs.model()) {
            Mask mask = Runs.random(model, 0.6, 5);
            Map<String, int[]> before = Runs.bits(model);
            try (ShardWorker worker = new ShardWorker(Runs.job(other, mask, DATA, config));
                    Trainer trainer = Runs.job(model, mask, DATA, config)
                            .computing(with(new LinkedHashMap<>(), (number, values) -> {
                                List<ShardSums> sums = IntStream.range(0, 4)
                                        .mapToObj(shard -> worker.compute(number, shard, values))
                                        .toList();
                                sums.get(2).gradients()[5] = Float.NaN;
                                return sums;
                            }))
                            .trainer()) {
                BatchedSamples samples = BatchedSamples.of(DATA, config);
                int row = samples.step(0).get(2).example().row();
                assertThatThrownBy(() -> trainer.run(Runs.SILENT, () -> false))
                        .isInstanceOf(NotFiniteException.class)
                        .hasMessageStartingWith("Step 1, shard 3 of 4: loss ")
                        .hasMessageContaining("gradient norm NaN")
                        .hasMessageContaining("the data rows " + samples.places(List.of(row)));
            }
            Runs.assertBits(model, before);
        }
    }

    @Test
    void lowRankFactorsAreTrainedInShards() {
        List<List<Double>> losses = new ArrayList<>();
        for (int shards : new int[] {1, 4}) {
            try (AdaptedModel model = Runs.model();
                    LoraJob job = new LoraJob(
                            model, new LoraConfig(4, 8, Pool.standard()), DATA, config(shards), new JavaKernel())) {
                losses.add(job.run(null, 0, false, Runs.SILENT, () -> false).losses());
            }
        }
        for (int step = 0; step < STEPS; step++) {
            assertThat(losses.get(1).get(step)).isCloseTo(losses.get(0).get(step), within(1e-4));
        }
        assertThat(losses.get(1).getLast()).isLessThan(losses.get(1).getFirst());
    }

    @Test
    void whatNeedsTheRunsStartIsNotComputedElsewhere() {
        try (AdaptedModel model = Runs.model()) {
            TrainConfig config = TrainConfig.of(1, 1e-3)
                    .batchSize(2)
                    .shards(2)
                    .objective(new Dpo(0.1, 0))
                    .build();
            Job job = Runs.job(model, Runs.random(model, 0.6, 5), ObjectiveRunTest.PAIRS, config);
            assertThatThrownBy(() -> new ShardWorker(job))
                    .isInstanceOf(LotaException.class)
                    .hasMessageContaining("The objective 'dpo' compares with the run's start");
        }
    }

    /// A mask's weights with what a step needs.
    private static final class Bench implements AutoCloseable {
        private final Mask mask;
        private final Parameters parameters;
        private final Samples samples;
        private final StepRunner runner;

        Bench(AdaptedModel model, TrainConfig config) {
            mask = Runs.random(model, 0.6, 5);
            MaskedParameters masked = MaskedParameters.of(model.decoder(), mask, config.optimizer(), new JavaKernel());
            parameters = masked;
            samples = BatchedSamples.of(DATA, config);
            ShardFold fold = ShardFold.of(model.decoder(), parameters, new JavaKernel(), masked.scope());
            runner = new StepRunner(model.decoder(), config, new JavaKernel(), parameters, null, null, null, fold);
        }

        float[] gradients() {
            return joined(parameters.trainables().stream()
                    .map(trainable -> Host.floats(trainable.gradientMemory()))
                    .toList());
        }

        float[] values() {
            return joined(parameters.trainables().stream()
                    .map(trainable -> {
                        float[] own = new float[(int) trainable.entries().count()];
                        trainable.copyTo(MemorySegment.ofArray(own));
                        return own;
                    })
                    .toList());
        }

        private static float[] joined(List<float[]> parts) {
            float[] all = new float[parts.stream().mapToInt(part -> part.length).sum()];
            int at = 0;
            for (float[] part : parts) {
                System.arraycopy(part, 0, all, at, part.length);
                at += part.length;
            }
            return all;
        }

        @Override
        public void close() {
            parameters.close();
        }
    }
}
