package io.lota4j.internal.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.lota4j.LotaException;
import io.lota4j.data.Dataset;
import io.lota4j.data.Example;
import io.lota4j.internal.checkpoint.SafetensorsFile;
import io.lota4j.internal.kernel.java.JavaKernel;
import io.lota4j.internal.train.lora.LoraJob;
import io.lota4j.mask.Pool;
import io.lota4j.memory.Host;
import io.lota4j.train.Clip;
import io.lota4j.train.HeldOut;
import io.lota4j.train.Listener;
import io.lota4j.train.Optimizer;
import io.lota4j.train.Progress;
import io.lota4j.train.Reduction;
import io.lota4j.train.RunState;
import io.lota4j.train.TrainConfig;
import io.lota4j.train.lora.LoraConfig;
import io.lota4j.train.objective.ConstrainedSft;
import io.lota4j.train.objective.Dpo;
import io.lota4j.train.objective.Ipo;
import io.lota4j.train.objective.Objective;
import io.lota4j.train.objective.Sft;
import io.lota4j.train.objective.WeightedSft;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Runs by other objectives than the cross entropy of all labelled tokens.
class ObjectiveRunTest {
    private static final int STEPS = 5;
    private static final Dataset ROWS = Runs.data(2, 8);
    static final Dataset PAIRS = pairs();

    @TempDir
    Path folder;

    private static Dataset pairs() {
        List<Example> rejected = Runs.data(5, 8).examples();
        return Runs.data(ROWS.examples().stream()
                .map(chosen -> chosen.over(rejected.get(chosen.row())))
                .toList());
    }

    static Stream<Objective> objectives() {
        return Stream.of(new WeightedSft(), new ConstrainedSft(), new Dpo(0.1, 0.1), new Ipo(0.2));
    }

    private static Dataset data(Objective objective) {
        return objective.sequences() == 2 ? PAIRS : ROWS;
    }

    private static TrainConfig config(Objective objective, int batch, int accumulation) {
        return TrainConfig.of(STEPS, 1e-2)
                .optimizer(Runs.ADAMW)
                .batchSize(batch)
                .accumulation(accumulation)
                .warmupSteps(1)
                .seed(3)
                .objective(objective)
                .build();
    }

    /// Ways of training, each on a model that is opened for it.
    enum Way {
        MASK,
        DENSE,
        LORA;

        private TrainingJob job(AdaptedModel model, Dataset data, TrainConfig config, HeldOut rows) {
            return switch (this) {
                case MASK ->
                    Runs.job(model, Runs.random(model, 0.7, 1), data, config).scoredOn(rows);
                case DENSE ->
                    Runs.job(model, Runs.everything(model), data, config).scoredOn(rows);
                case LORA ->
                    new LoraJob(
                            model,
                            new LoraConfig(4, 8, Pool.standard()),
                            data,
                            config,
                            new JavaKernel(),
                            new StartingWeights(model.base(), null),
                            rows);
            };
        }
    }

    /// What a run leaves, and what it told on the way.
    private record End(RunState state, Map<String, int[]> bits, List<Progress> steps, int referred) {}

    private static final class Told implements Listener {
        private final List<Progress> steps = new ArrayList<>();
        private int referred;

        @Override
        public void step(Progress progress) {
            steps.add(progress);
        }

        @Override
        public void reference(int done, int all) {
            referred++;
        }
    }

    private End run(Way way, TrainConfig config, boolean resume, BooleanSupplier stop) {
        Dataset data = data(config.objective());
        try (AdaptedModel model = Runs.model()) {
            TrainingJob job = way.job(model, data, config, new HeldOut(data, 2, HeldOut.Keep.LAST, 0));
            Told told = new Told();
            RunState state = job.run(state(), 0, resume, told, stop);
            if (job instanceof LoraJob lora) {
                lora.close();
            }
            return new End(state, Runs.bits(model), told.steps, told.referred);
        }
    }

    private End run(Objective objective, int batch, int accumulation) {
        return run(Way.MASK, config(objective, batch, accumulation), false, () -> false);
    }

    private Path state() {
        return folder.resolve("ticket.state");
    }

    private static BooleanSupplier after(int steps) {
        int[] asked = {0};
        return () -> asked[0]++ >= steps;
    }

    @ParameterizedTest
    @MethodSource("objectives")
    void microBatchesAddUpToTheWholeStep(Objective objective) {
        End whole = run(objective, 8, 1);
        End parts = run(objective, 2, 4);
        for (int step = 0; step < STEPS; step++) {
            assertThat(parts.state().losses().get(step))
                    .as("step %d", step + 1)
                    .isCloseTo(whole.state().losses().get(step), within(1e-4));
            assertThat(parts.steps().get(step).figures())
                    .containsOnlyKeys(whole.steps().get(step).figures().keySet());
        }
        assertThat(run(objective, 8, 1).bits()).usingRecursiveComparison().isEqualTo(whole.bits());
    }

    /// Before the first step nothing is more probable than it was.
    @Test
    void aPreferenceBeginsAtEvenOddsAndIsLearned() {
        End dpo = run(new Dpo(0.1), 8, 1);
        assertThat(dpo.state().losses().getFirst()).isCloseTo(Math.log(2), within(1e-6));
        assertThat(dpo.state().losses().getLast()).isLessThan(0.6);
        assertThat(dpo.steps().getFirst().figures())
                .hasEntrySatisfying(
                        "reward_margin", margin -> assertThat(margin).isCloseTo(0, within(1e-6)));
        assertThat(dpo.steps().getLast().figures())
                .hasEntrySatisfying(
                        "reward_accuracy", share -> assertThat(share).isGreaterThan(0.9))
                .hasEntrySatisfying(
                        "reward_margin", margin -> assertThat(margin).isGreaterThan(0.2));
        assertThat(dpo.state().heldOut().getLast().figures()).containsKeys("reward_accuracy", "reward_margin");
        End ipo = run(new Ipo(0.2), 8, 1);
        assertThat(ipo.state().losses().getFirst()).isCloseTo(6.25, within(1e-5));
    }

    /// What is minimised is told beside the cross entropy: at the start it is 2 / beta log 2 a token.
    @Test
    void aConstraintBeginsAsCrossEntropy() {
        End plain = run(new Sft(), 8, 1);
        double beta = 0.7;
        End constrained = run(new ConstrainedSft(beta, beta, 5, beta, 1e-3), 8, 1);
        assertThat(constrained.state().losses().getFirst())
                .isCloseTo(plain.state().losses().getFirst(), within(1e-12));
        assertThat(constrained.steps().getFirst().figures().getOrDefault(ConstrainedSft.LOSS, 0.0))
                .isCloseTo(2 / beta * Math.log(2), within(1e-5));
        assertThat(plain.referred()).isZero();
        assertThat(constrained.referred()).isPositive();
        // The constraint holds: the same steps lower the loss less.
        assertThat(constrained.state().losses().getLast())
                .isGreaterThan(plain.state().losses().getLast());
    }

    /// Whatever beta: nothing is more probable than it was, so all weights are 1.
    @Test
    void theFirstStepOfAConstraintIsThatOfPlainTraining() {
        Map<String, int[]> plain = oneStep(new Sft());
        for (double beta : new double[] {0.1, 2, 20}) {
            Map<String, int[]> constrained = oneStep(new ConstrainedSft(beta, beta, 5, beta, 1e-3));
            plain.forEach((name, bits) -> {
                int[] others = Runs.of(constrained, name);
                for (int at = 0; at < bits.length; at++) {
                    float value = Float.intBitsToFloat(bits[at]);
                    assertThat(Float.intBitsToFloat(others[at])).isCloseTo(value, within(1e-5f));
                }
            });
        }
    }

    private Map<String, int[]> oneStep(Objective objective) {
        TrainConfig config = TrainConfig.of(1, 1)
                .optimizer(new Optimizer.Sgd(0, 0))
                .batchSize(8)
                .clip(Clip.NONE, 1)
                .objective(objective)
                .build();
        return run(Way.DENSE, config, false, () -> false).bits();
    }

    @Test
    void weightsOfOneAreNoWeights() {
        assertThat(run(new WeightedSft(), 8, 1).bits())
                .usingRecursiveComparison()
                .isEqualTo(run(new Sft(), 8, 1).bits());
    }

    /// Twice the weight is twice the gradient, and none is none.
    @Test
    void aWeightIsAFactorOfTheGradient() {
        Dataset heavy = weighed(2);
        try (AdaptedModel once = Runs.model();
                AdaptedModel twice = Runs.model();
                AdaptedModel none = Runs.model()) {
            Map<String, int[]> before = Runs.bits(none);
            RunState one = Runs.run(once, Runs.everything(once), ROWS, sgd(0.02));
            RunState two = Runs.run(twice, Runs.everything(twice), heavy, sgd(0.01));
            assertThat(two.losses().getFirst()).isCloseTo(2 * one.losses().getFirst(), within(1e-5));
            String weight = "model.layers.0.mlp.up_proj.weight";
            assertThat(Host.floats(once.decoder().weights().memory(weight)))
                    .containsExactly(Host.floats(twice.decoder().weights().memory(weight)), within(1e-6f));
            Runs.run(none, Runs.everything(none), weighed(0), sgd(0.01));
            assertThat(Runs.bits(none)).usingRecursiveComparison().isEqualTo(before);
        }
    }

    private static Dataset weighed(float weight) {
        return Runs.data(ROWS.examples().stream()
                .map(example -> {
                    float[] weights = new float[example.length()];
                    Arrays.fill(weights, weight);
                    return example.weighed(weights);
                })
                .toList());
    }

    private static TrainConfig sgd(double lr) {
        return TrainConfig.of(1, lr)
                .optimizer(new Optimizer.Sgd(0, 0))
                .clip(Clip.NONE, 0)
                .objective(new WeightedSft())
                .build();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 8, 20, Integer.MAX_VALUE})
    void aPairIsInOnePass(int most) {
        List<MicroBatch> passes = MicroBatch.passes(Sample.all(PAIRS.examples()), most);
        assertThat(passes.stream().flatMap(pass -> pass.rows().stream()))
                .containsExactlyInAnyOrder(0, 1, 2, 3, 4, 5, 6, 7);
        for (MicroBatch pass : passes) {
            assertThat(pass.counts()).hasSize(2 * pass.samples().size());
            int tokens = pass.samples().stream()
                    .mapToInt(sample -> sample.example().allTokens())
                    .sum();
            assertThat(pass.batch().tokens()).isEqualTo(tokens);
        }
    }

    /// The reference is kept with the run: what goes on has it from there.
    @ParameterizedTest
    @EnumSource(Way.class)
    void aStoppedRunGoesOnBitForBit(Way way) {
        TrainConfig config = config(new Dpo(0.1), 2, 2);
        End whole = run(way, config, false, () -> false);
        assertThat(whole.referred()).isEqualTo(2);
        // Asked before each of the two references, at the scores, and after every step.
        End stopped = run(way, config, false, after(5));
        assertThat(stopped.state().step()).isBetween(1L, STEPS - 1L);
        try (SafetensorsFile kept = SafetensorsFile.open(state())) {
            long tokens = PAIRS.examples().stream()
                    .flatMap(example -> example.sequences().stream())
                    .mapToLong(Example::labelledTokens)
                    .sum();
            assertThat(kept.tensors()).containsKey("reference.held_out");
            assertThat(kept.bytes("reference").byteSize()).isEqualTo(Float.BYTES * tokens);
        }
        End resumed = run(way, config, true, () -> false);
        assertThat(resumed.referred()).isZero();
        assertThat(resumed.state().losses()).isEqualTo(whole.state().losses());
        assertThat(resumed.bits()).usingRecursiveComparison().isEqualTo(whole.bits());
    }

    @Test
    void aRunThatIsStoppedBeforeItsFirstStepGoesOnToo() {
        TrainConfig config = config(new Dpo(0.1), 2, 2);
        End whole = run(Way.MASK, config, false, () -> false);
        End stopped = run(Way.MASK, config, false, after(1));
        assertThat(stopped.state().step()).isZero();
        assertThat(stopped.referred()).isOne();
        End resumed = run(Way.MASK, config, true, () -> false);
        assertThat(resumed.referred()).isEqualTo(1);
        assertThat(resumed.bits()).usingRecursiveComparison().isEqualTo(whole.bits());
    }

    /// Another objective, or another parameter of it, is another run.
    @Test
    void aStateIsResumedByTheSameObjectiveOnly() {
        run(Way.MASK, config(new Dpo(0.1), 2, 2), false, after(5));
        assertThatThrownBy(() -> run(Way.MASK, config(new Dpo(0.2), 2, 2), true, () -> false))
                .isInstanceOf(LotaException.class)
                .hasMessageContaining("objective=dpo")
                .hasMessageContaining("beta=0.2");
    }

    @Test
    void rowsMustFitTheObjective() {
        Map<String, Runnable> refused = new HashMap<>();
        refused.put("learns from pairs, but row 0 (from 0) of rows.jsonl has no", () -> fit(new Dpo(0.1), ROWS));
        refused.put("learns from one answer a row, but row 0 (from 0) of", () -> fit(new Sft(), PAIRS));
        refused.put("has a weight, which the objective 'sft' does not read", () -> fit(new Sft(), weighed(2)));
        refused.forEach((message, work) ->
                assertThatThrownBy(work::run).isInstanceOf(LotaException.class).hasMessageContaining(message));
        assertThatThrownBy(() -> TrainConfig.of(1, 1)
                        .objective(new Dpo(0.1))
                        .reduction(Reduction.EXAMPLE_SUM)
                        .build())
                .hasMessageContaining("The reduction example-sum cannot be used with the objective 'dpo'");
    }

    private static void fit(Objective objective, Dataset data) {
        try (AdaptedModel model = Runs.model()) {
            Runs.job(model, Runs.everything(model), data, config(objective, 2, 2));
        }
    }
}
