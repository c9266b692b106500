package io.lota4j.internal.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.lota4j.Golden;
import io.lota4j.LotaException;
import io.lota4j.data.Dataset;
import io.lota4j.data.Example;
import io.lota4j.internal.kernel.java.JavaKernel;
import io.lota4j.internal.model.NotFiniteException;
import io.lota4j.internal.train.lora.LoraJob;
import io.lota4j.mask.Mask;
import io.lota4j.mask.Pool;
import io.lota4j.memory.Host;
import io.lota4j.model.MemoryPolicy;
import io.lota4j.train.Clip;
import io.lota4j.train.HeldOut;
import io.lota4j.train.LocalSgd;
import io.lota4j.train.Optimizer;
import io.lota4j.train.RateSearch;
import io.lota4j.train.RemoteShards;
import io.lota4j.train.ReplicaRound;
import io.lota4j.train.ReplicaRound.OptimizerState;
import io.lota4j.train.RunState;
import io.lota4j.train.ShardSums;
import io.lota4j.train.TrainConfig;
import io.lota4j.train.lora.LoraConfig;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Shards that take steps of their own between two exchanges of values.
class LocalSgdTest {
    /// An epoch ends within a step, which then has fewer rows than there are shards to have one.
    private static final Dataset DATA = Runs.data(11, 9);

    @TempDir
    private Path folder = Path.of("");

    /// Five steps of four rows in rounds of two: the last one is shorter.
    private static TrainConfig config(int shards) {
        return TrainConfig.of(5, 1e-2)
                .optimizer(Runs.ADAMW)
                .batchSize(2)
                .accumulation(2)
                .seed(3)
                .shards(shards)
                .local(new LocalSgd(2))
                .build();
    }

    private static TrainConfig plain(Optimizer optimizer, int batch, int shards, LocalSgd local) {
        return TrainConfig.of(4, 1e-2)
                .optimizer(optimizer)
                .batchSize(batch)
                .clip(Clip.NONE, 0)
                .shuffle(false)
                .shards(shards)
                .local(local)
                .build();
    }

    /// Every other two rows, which is what one of two shards has of steps of four.
    private static Dataset half(Dataset data, int shard, int from, int to) {
        List<Example> own = new ArrayList<>();
        for (int step = from; step < to; step++) {
            own.addAll(data.examples().subList(4 * step + 2 * shard, 4 * step + 2 * shard + 2));
        }
        return Runs.data(own);
    }

    /// Two rounds of two steps, each shard an ordinary run of gradient descent, and what brings them together by hand.
    @Test
    void aRoundIsTheOuterStepFromTheMeanOfOrdinaryRuns() {
        Dataset data = Runs.data(5, 16);
        Optimizer inner = new Optimizer.Sgd(0, 0);
        double lr = 0.6;
        double kept = 0.8;
        try (AdaptedModel model = Runs.model();
                AdaptedModel one = Runs.model();
                AdaptedModel two = Runs.model()) {
            Mask mask = Runs.random(model, 0.6, 5);
            Map<String, float[]> values = weights(model, mask);
            Map<String, float[]> momentum = new LinkedHashMap<>();
            values.forEach((name, all) -> momentum.put(name, new float[all.length]));
            for (int round = 0; round < 2; round++) {
                List<Map<String, float[]>> ends = new ArrayList<>();
                for (AdaptedModel replica : List.of(one, two)) {
                    set(replica, values);
                    TrainConfig ordinary = TrainConfig.of(2, 1e-2)
                            .optimizer(inner)
                            .batchSize(2)
                            .clip(Clip.NONE, 0)
                            .shuffle(false)
                            .build();
                    Runs.run(replica, mask, half(data, ends.size(), 2 * round, 2 * round + 2), ordinary);
                    ends.add(weights(replica, mask));
                }
                values.forEach((name, all) -> {
                    float[] m = Objects.requireNonNull(momentum.get(name));
                    for (int e = 0; e < all.length; e++) {
                        double mean = (2.0 * all[e] - at(ends.get(0), name, e) - at(ends.get(1), name, e)) / 2;
                        m[e] = (float) (kept * m[e] + mean);
                        all[e] = (float) (all[e] - lr * (mean + kept * m[e]));
                    }
                });
            }
            Map<String, float[]> start = weights(model, mask);
            Runs.run(model, mask, data, plain(inner, 4, 2, new LocalSgd(2, lr, kept)));
            Map<String, float[]> found = weights(model, mask);
            found.forEach((name, all) -> {
                for (int e = 0; e < all.length; e++) {
                    assertThat(all[e]).as("%s[%d]", name, e).isCloseTo((float) at(values, name, e), within(2e-7f));
                }
            });
            assertThat(found.entrySet())
                    .anySatisfy(tensor -> assertThat(tensor.getValue()).isNotEqualTo(start.get(tensor.getKey())));
        }
    }

    private static double at(Map<String, float[]> values, String name, int e) {
        return Objects.requireNonNull(values.get(name))[e];
    }

    private static Map<String, float[]> weights(AdaptedModel model, Mask mask) {
        Map<String, float[]> values = new LinkedHashMap<>();
        mask.tensors()
                .keySet()
                .forEach(name ->
                        values.put(name, Host.floats(model.decoder().weights().memory(name))));
        return values;
    }

    private static void set(AdaptedModel model, Map<String, float[]> values) {
        values.forEach((name, all) -> model.decoder().weights().memory(name).copyFrom(MemorySegment.ofArray(all)));
        model.decoder().weights().moved();
    }

    /// Their mean is each of them, so that with an outer rate of 1 and no momentum nothing but the rounding of that
    /// mean tells them from one run: optimizers' states and counts of steps go on from round to round.
    @Test
    void shardsWithTheSameRowsAreOneOrdinaryRun() {
        Dataset once = Runs.data(7, 8);
        List<Example> twice = new ArrayList<>();
        for (int row = 0; row < 8; row += 2) {
            twice.addAll(once.examples().subList(row, row + 2));
            twice.addAll(once.examples().subList(row, row + 2));
        }
        try (AdaptedModel model = Runs.model();
                AdaptedModel alone = Runs.model()) {
            Mask mask = Runs.random(model, 0.6, 5);
            RunState expected = Runs.run(
                    alone,
                    mask,
                    once,
                    TrainConfig.of(4, 1e-2)
                            .optimizer(Runs.ADAMW)
                            .batchSize(2)
                            .clip(Clip.NONE, 0)
                            .shuffle(false)
                            .build());
            RunState found = Runs.run(model, mask, Runs.data(twice), plain(Runs.ADAMW, 4, 2, new LocalSgd(2, 1, 0)));
            for (int step = 0; step < 4; step++) {
                assertThat(found.losses().get(step)).isCloseTo(expected.losses().get(step), within(1e-5));
            }
            assertThat(found.scoredTokens()).isEqualTo(2 * expected.scoredTokens());
            Map<String, float[]> trained = weights(alone, mask);
            weights(model, mask).forEach((name, all) -> {
                for (int e = 0; e < all.length; e++) {
                    assertThat(all[e]).as("%s[%d]", name, e).isCloseTo((float) at(trained, name, e), within(1e-5f));
                }
            });
        }
    }

    /// With experts that only some shards reach, and a shard without rows.
    @ParameterizedTest
    @CsvSource({"llama-tied, 0.6, 4", "llama-tied, 0, 2", "gpt-oss, 0.5, 4"})
    void aRunHasTheSameBitsWhereverItsShardsAreComputed(String name, double sparsity, int shards) {
        TrainConfig config = config(shards);
        try (AdaptedModel here = Runs.model(name);
                AdaptedModel driver = Runs.model(name);
                AdaptedModel one = Runs.model(name);
                AdaptedModel two = Runs.model(name)) {
            Mask mask = sparsity == 0 ? Runs.everything(here) : Runs.random(here, sparsity, 5);
            RunState expected = Runs.run(here, mask, DATA, config);
            try (ShardWorker first = new ShardWorker(Runs.job(one, mask, DATA, config));
                    ShardWorker second = new ShardWorker(Runs.job(two, mask, DATA, config))) {
                RunState found = Runs.job(driver, mask, DATA, config)
                        .computing(new Workers(List.of(first, second)))
                        .run(null, 0, false, Runs.SILENT, () -> false);
                assertThat(found.losses()).isEqualTo(expected.losses()).hasSize(5);
                assertThat(found.tokens()).isEqualTo(expected.tokens());
                assertThat(found.scoredTokens()).isEqualTo(expected.scoredTokens());
                Runs.assertBits(driver, Runs.bits(here));
            }
        }
    }

    /// The last shard first, each by another worker than its neighbours', one of them twice, and sent over a wire.
    private record Workers(List<ShardWorker> workers) implements RemoteShards {
        @Override
        public void begin(Map<String, String> identity) {
            assertThat(identity.get("settings")).contains("inner-steps=2");
        }

        @Override
        public List<ShardSums> of(long step, float[] values) {
            throw new AssertionError("the shards take their steps apart");
        }

        @Override
        public List<ReplicaRound> round(long from, int steps, float[] values, List<OptimizerState> optimizers) {
            workers.getFirst().round(from, steps, 0, new float[values.length], optimizers.getFirst());
            List<ReplicaRound> rounds = new ArrayList<>();
            for (int shard = optimizers.size() - 1; shard >= 0; shard--) {
                OptimizerState optimizer = ShardsTest.sent(optimizers.get(shard), OptimizerState.class);
                ReplicaRound round = workers.get(shard % 2).round(from, steps, shard, values, optimizer);
                rounds.add(ShardsTest.sent(round, ReplicaRound.class));
            }
            Collections.reverse(rounds);
            return rounds;
        }
    }

    /// A run that is stopped in a round goes on from the round's begin.
    @ParameterizedTest
    @ValueSource(ints = {0, 3, 6, 11, 13})
    void aResumedRunEndsWithTheSameBits(int questions) {
        Path state = folder.resolve("run.state");
        TrainConfig config = config(3);
        try (AdaptedModel whole = Runs.model("gpt-oss");
                AdaptedModel begun = Runs.model("gpt-oss");
                AdaptedModel resumed = Runs.model("gpt-oss")) {
            Mask mask = Runs.random(whole, 0.6, 5);
            RunState expected = Runs.run(whole, mask, DATA, config);
            RunState half =
                    Runs.job(begun, mask, DATA, config).run(state, 0, false, Runs.SILENT, Runs.stopAfter(questions));
            assertThat(half.step()).isIn(0L, 2L, 4L).isLessThanOrEqualTo(questions);
            RunState found = Runs.job(resumed, mask, DATA, config).run(state, 0, true, Runs.SILENT, () -> false);
            assertThat(found.losses()).isEqualTo(expected.losses());
            assertThat(found.tokens()).isEqualTo(expected.tokens());
            Runs.assertBits(resumed, Runs.bits(whole));
        }
    }

    @Test
    void aShardThatIsNotFiniteIsNamedWithItsStepAndRows() {
        TrainConfig config = config(4);
        try (AdaptedModel model = Runs.model();
                AdaptedModel other = Runs.model()) {
            Mask mask = Runs.random(model, 0.6, 5);
            Map<String, int[]> before = Runs.bits(model);
            try (ShardWorker worker = new ShardWorker(Runs.job(other, mask, DATA, config));
                    Trainer trainer = Runs.job(model, mask, DATA, config)
                            .computing(new Breaking(new Workers(List.of(worker, worker))))
                            .trainer()) {
                Samples.BatchedSamples samples = Samples.BatchedSamples.of(DATA, config);
                int row = samples.step(1).get(2).example().row();
                assertThatThrownBy(() -> trainer.run(Runs.SILENT, () -> false))
                        .isInstanceOf(NotFiniteException.class)
                        .hasMessageStartingWith("Step 2, shard 3 of 4: loss NaN")
                        .hasMessageContaining("the data rows " + samples.places(List.of(row)));
            }
            Runs.assertBits(model, before);
        }
    }

    /// The second step of the third shard is not finite.
    private record Breaking(Workers workers) implements RemoteShards {
        @Override
        public void begin(Map<String, String> identity) {
            workers.begin(identity);
        }

        @Override
        public List<ShardSums> of(long step, float[] values) {
            return workers.of(step, values);
        }

        @Override
        public List<ReplicaRound> round(long from, int steps, float[] values, List<OptimizerState> optimizers) {
            List<ReplicaRound> rounds = new ArrayList<>(workers.round(from, steps, values, optimizers));
            ReplicaRound third = rounds.get(2);
            ReplicaRound.Step second = third.steps().get(1);
            rounds.set(
                    2,
                    new ReplicaRound(
                            third.values(),
                            third.optimizer(),
                            List.of(
                                    third.steps().getFirst(),
                                    new ReplicaRound.Step(
                                            Double.NaN,
                                            second.norm(),
                                            second.tokens(),
                                            second.scored(),
                                            second.figures()))));
            return rounds;
        }
    }

    /// Weights that are infinite: the shard's first step says so, and moves nothing.
    @Test
    void aShardEndsItsRoundAtAStepThatIsNotFinite() {
        TrainConfig config = config(2);
        try (AdaptedModel model = Runs.model()) {
            Mask mask = Runs.random(model, 0.6, 5);
            try (ShardWorker worker = new ShardWorker(Runs.job(model, mask, DATA, config))) {
                float[] values = new float[(int) mask.trainable()];
                Arrays.fill(values, Float.POSITIVE_INFINITY);
                OptimizerState begin = new OptimizerState(
                        new float[values.length],
                        new float[values.length],
                        mask.tensors().keySet().stream()
                                .filter(name -> mask.tensor(name).count() > 0)
                                .map(name -> new long[1])
                                .toList());
                ReplicaRound round = worker.round(1, 2, 1, values, begin);
                assertThat(round.steps()).hasSize(1);
                assertThat(round.steps().getFirst().isFinite()).isFalse();
                assertThat(round.values()).containsOnly(Float.POSITIVE_INFINITY);
                assertThat(round.optimizer().updates())
                        .allMatch(counts -> Arrays.stream(counts).sum() == 0);
            }
        }
    }

    @Test
    void lowRankFactorsAreTrainedInRounds() {
        try (AdaptedModel model = Runs.model();
                LoraJob job =
                        new LoraJob(model, new LoraConfig(4, 8, Pool.standard()), DATA, config(4), new JavaKernel())) {
            List<Double> losses =
                    job.run(null, 0, false, Runs.SILENT, () -> false).losses();
            assertThat(losses).hasSize(5);
            assertThat(losses.getLast()).isLessThan(losses.getFirst());
        }
    }

    @Test
    void whatNeedsStepsOfAllShardsIsRefused() {
        assertThatThrownBy(() -> TrainConfig.of(4, 1e-2).local(new LocalSgd(2)).build())
                .isInstanceOf(LotaException.class)
                .hasMessageContaining("there is one shard");
        assertThatThrownBy(() -> new LocalSgd(0, 0, 1))
                .hasMessageContaining("inner steps must be at least 1")
                .hasMessageContaining("outer learning rate must be over 0")
                .hasMessageContaining("outer momentum must be at least 0 and under 1");
        assertThatThrownBy(() -> RateSearch.requireFit(config(2))).hasMessageContaining("take theirs apart");
        MemoryPolicy files = MemoryPolicy.KEEP.withState(folder);
        try (AdaptedModel model = Runs.model();
                AdaptedModel mapped = AdaptedModel.open(Golden.path("models/llama-tied"), files)) {
            Mask mask = Runs.random(model, 0.6, 5);
            Job job = Runs.job(model, mask, DATA, config(2));
            assertThatThrownBy(() -> job.scoredOn(new HeldOut(DATA, 3)))
                    .hasMessageContaining("scored every 3 steps")
                    .hasMessageContaining("every 2");
            assertThat(job.scoredOn(new HeldOut(DATA, 4)).heldOut()).isNotNull();
            try (LossChanges sums = new LossChanges(model.decoder(), mask)) {
                assertThatThrownBy(() -> job.counting(sums)).hasMessageContaining("'loss-change'");
            }
            assertThatThrownBy(() -> Runs.job(mapped, mask, DATA, config(2)))
                    .hasMessageContaining("keep their optimizers' states in memory");
        }
    }
}
