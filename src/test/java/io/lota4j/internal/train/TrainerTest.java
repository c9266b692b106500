package io.lota4j.internal.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.lota4j.LotaException;
import io.lota4j.data.Dataset;
import io.lota4j.data.Example;
import io.lota4j.internal.kernel.java.JavaKernel;
import io.lota4j.mask.Mask;
import io.lota4j.mask.Pool;
import io.lota4j.train.Clip;
import io.lota4j.train.Optimizer;
import io.lota4j.train.Progress;
import io.lota4j.train.Reduction;
import io.lota4j.train.RunObserver;
import io.lota4j.train.RunState;
import io.lota4j.train.Schedule;
import io.lota4j.train.StateFile;
import io.lota4j.train.TrainConfig;
import io.lota4j.train.Training;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrainerTest {
    private static final Dataset DATA = Runs.data(4, 6);

    @TempDir
    Path folder;

    @Test
    void aLossThatIsNoNumberStopsTheRun() {
        try (AdaptedModel model = Runs.model()) {
            Mask mask = Runs.everything(model);
            List<Map<String, int[]>> seen = new ArrayList<>();
            Job job = Runs.job(model, mask, DATA, Runs.plain(5, Runs.ADAMW, 1e30, 2, 1));
            assertThatThrownBy(() -> job.run(null, 0, false, p -> seen.add(Runs.bits(model)), () -> false))
                    .isInstanceOf(LotaException.class)
                    .hasMessage("Step 2: loss NaN, gradient norm NaN. The batch holds the data rows [2, 3] (from 0). No"
                            + " state had been written. Start again with a lower learning rate, a warm-up or a"
                            + " tighter clip.");
            assertThat(seen).hasSize(1);
            Runs.bits(model)
                    .forEach((name, bits) ->
                            assertThat(bits).as(name).isEqualTo(seen.getFirst().get(name)));
        }
    }

    /// The weights and the state on disk stay those of the step before.
    @Test
    void theLastGoodStateIsKept() {
        Path state = folder.resolve("run.state");
        TrainConfig config = Runs.plain(5, Runs.ADAMW, 1e-3, 2, 2);
        try (AdaptedModel model = Runs.model()) {
            Job job = Runs.job(model, Runs.random(model, 0.5, 1), DATA, config);
            assertThatThrownBy(() -> job.run(state, 1, false, p -> poison(model, p.step() == 3), () -> false))
                    .isInstanceOf(LotaException.class)
                    .hasMessage(
                            "Step 4: loss NaN, gradient norm NaN. Tensor 'model.norm.weight' of the model has values"
                                + " that are NaN or infinite. The batch holds the data rows [4, 5] (from 0). The last"
                                + " good state is kept in %s. Start again with a lower learning rate, a warm-up or a"
                                + " tighter clip.",
                            state);
        }
        try (AdaptedModel model = Runs.model()) {
            List<Long> steps = new ArrayList<>();
            Runs.job(model, Runs.random(model, 0.5, 1), DATA, config)
                    .run(state, 0, true, p -> steps.add(p.step()), () -> false);
            assertThat(steps).containsExactly(4L, 5L);
        }
    }

    /// Its last step has no next one that would tell.
    @Test
    void aRunThatEndsWithWeightsThatAreNoNumbersFails() {
        Path state = folder.resolve("run.state");
        TrainConfig config = Runs.plain(1, Runs.ADAMW, 1e39, 2, 1);
        try (AdaptedModel model = Runs.model()) {
            Job job = Runs.job(model, Runs.random(model, 0.5, 1), DATA, config);
            assertThatThrownBy(() -> job.run(state, 1, false, Runs.SILENT, () -> true))
                    .isInstanceOf(LotaException.class)
                    .hasMessageMatching("Step 1 left [\\d,]+ of the [\\d,]+ trained values of tensor"
                            + " 'model.layers.0.[\\w.]+' NaN or infinite. No state had been written."
                            + " Start again with a lower learning rate \\(it is 1e39\\), a warm-up"
                            + " or a tighter clip.");
        }
        assertThat(state).doesNotExist();
    }

    @Test
    void aStateOfWeightsThatAreNoNumbersIsNotWritten() {
        Path state = folder.resolve("run.state");
        TrainConfig config = Runs.plain(3, Runs.ADAMW, 1e39, 2, 1);
        try (AdaptedModel model = Runs.model()) {
            Job job = Runs.job(model, Runs.random(model, 0.5, 1), DATA, config);
            assertThatThrownBy(() -> job.run(state, 1, false, Runs.SILENT, () -> false))
                    .isInstanceOf(LotaException.class)
                    .hasMessageStartingWith("Step 1 left ");
        }
        assertThat(state).doesNotExist();
    }

    @Test
    void aStartOfWeightsThatAreNoNumbersIsTold() {
        try (AdaptedModel model = Runs.model()) {
            poison(model, true);
            Job job = Runs.job(model, Runs.random(model, 0.5, 1), DATA, Runs.plain(1, Runs.ADAMW, 1e-3, 2, 1));
            assertThatThrownBy(() -> job.run(null, 0, false, Runs.SILENT, () -> false))
                    .isInstanceOf(LotaException.class)
                    .hasMessageStartingWith(
                            "Step 1: loss NaN, gradient norm NaN. Tensor 'model.norm.weight' of the model"
                                    + " has values that are NaN or infinite before the first step.");
        }
    }

    @Test
    void aMaskWithoutWeightsIsRefused() {
        try (AdaptedModel model = Runs.model()) {
            Mask empty = Runs.everything(model).invert();
            assertThatThrownBy(() -> Runs.job(model, empty, DATA, Runs.plain(1, Runs.ADAMW, 1e-3, 2, 1)))
                    .isInstanceOf(LotaException.class)
                    .hasMessage(
                            "The mask has no trainable weight: all %,d of its pool are frozen, so there is nothing to"
                                    + " train. Take a mask of a lower sparsity.",
                            empty.poolSize());
        }
    }

    @Test
    void whatMayBeWrongIsToldWhileItRuns() {
        List<String> told = new ArrayList<>();
        RunObserver observer =
                RunObserver.steps(p -> told.add("step " + p.step())).onWarning(told::add);
        try (AdaptedModel model = Runs.model()) {
            Mask all = Mask.full(model.base(), Pool.all());
            Job job = Runs.job(model, all, DATA, Runs.plain(2, Runs.ADAMW, 100, 2, 1));
            Training.run(job, observer, StateFile.NONE, end -> end);
        }
        assertThat(told).hasSize(5).contains("step 1", "step 2");
        assertThat(told.get(0)).startsWith("The learning rate is 100: ");
        assertThat(told.get(1)).startsWith("The learning rate times the weight decay is 100 times 0.1");
        assertThat(told.getLast()).startsWith("Step 2: the loss is ");
    }

    private static void poison(AdaptedModel model, boolean now) {
        if (now) {
            model.decoder()
                    .weights()
                    .memory("model.norm.weight")
                    .update(values -> values.setAtIndex(ValueLayout.JAVA_FLOAT, 3, Float.NaN));
        }
    }

    @Test
    void aMicroBatchWithoutLabelsCountsNothing() {
        List<Example> rows = DATA.examples().subList(0, 2);
        Example silent = new Example(9, new int[] {5, 6, 7}, new boolean[3], 1, "", "");
        Map<String, int[]> alone = Runs.trained(m -> m, Runs.data(rows), Runs.plain(2, Runs.ADAMW, 1e-2, 2, 1));
        List<Example> mixed = List.of(rows.get(0), rows.get(1), silent, silent);
        Map<String, int[]> together = Runs.trained(m -> m, Runs.data(mixed), Runs.plain(2, Runs.ADAMW, 1e-2, 2, 2));
        together.forEach((name, bits) -> assertThat(bits).as(name).isEqualTo(alone.get(name)));
    }

    @Test
    void aStepWithoutLabelsLeavesTheWeights() {
        Example silent = new Example(0, new int[] {5, 6, 7}, new boolean[3], 1, "", "");
        try (AdaptedModel model = Runs.model()) {
            Map<String, int[]> before = Runs.bits(model);
            RunState end = Runs.run(
                    model,
                    Runs.everything(model),
                    Runs.data(List.of(silent, silent)),
                    Runs.plain(2, Optimizer.AdamW.DEFAULT, 1e-2, 2, 1));
            assertThat(end.losses()).containsExactly(0.0, 0.0);
            assertThat(end.scoredTokens()).isZero();
            assertThat(end.tokens()).isEqualTo(2 * 2 * 3);
            Runs.bits(model).forEach((name, bits) -> assertThat(bits).as(name).isEqualTo(before.get(name)));
        }
    }

    /// One label more or less in a micro-batch must not weigh the others: the mean is over the whole step.
    @Test
    void theLossIsTheMeanOverAllLabelsOfAStep() {
        RunState parts = losses(Reduction.TOKEN_MEAN, 2, 3);
        RunState whole = losses(Reduction.TOKEN_MEAN, 6, 1);
        assertThat(parts.losses().getFirst()).isCloseTo(whole.losses().getFirst(), within(1e-6));
        int labels = DATA.examples().stream().mapToInt(Example::labelledTokens).sum();
        double sum = losses(Reduction.EXAMPLE_SUM, 3, 2).losses().getFirst() * 6;
        assertThat(sum / labels).isCloseTo(whole.losses().getFirst(), within(1e-6));
        assertThat(whole.scoredTokens()).isEqualTo(labels);
    }

    private static RunState losses(Reduction reduction, int batch, int accumulation) {
        TrainConfig config = new TrainConfig(
                1, Runs.ADAMW, 1e-3, Schedule.CONSTANT, 0, batch, accumulation, Clip.NONE, 0, reduction, 0, false);
        try (AdaptedModel model = Runs.model()) {
            return Runs.run(model, Runs.everything(model), DATA, config);
        }
    }

    @Test
    void progressTellsOfEveryStep() {
        try (AdaptedModel model = Runs.model()) {
            List<Progress> told = new ArrayList<>();
            RunState end = Runs.job(model, Runs.random(model, 0.9, 1), DATA, Runs.plain(3, Runs.ADAMW, 1e-3, 2, 1))
                    .run(null, 0, false, told::add, () -> false);
            assertThat(told).extracting(Progress::step).containsExactly(1L, 2L, 3L);
            assertThat(told).extracting(Progress::loss).containsExactlyElementsOf(end.losses());
            assertThat(told).allMatch(p -> p.steps() == 3 && p.lr() == 1e-3 && p.gradientNorm() > 0);
            assertThat(told.getLast().tokens()).isEqualTo(end.tokens());
            assertThat(end.tokens())
                    .isEqualTo(
                            DATA.examples().stream().mapToInt(Example::length).sum());
        }
    }

    /// Six rows: each epoch takes every row once, whether its last step, or only that step's micro-batches, end short.
    @ParameterizedTest
    @CsvSource({"1, 8, 1", "2, 4, 1", "3, 2, 2", "2, 3, 4", "1, 1, 6"})
    void anEpochTakesEveryRowOnce(int epochs, int batch, int accumulation) {
        long steps = TrainConfig.steps(epochs, DATA.examples().size(), batch, accumulation);
        try (AdaptedModel model = Runs.model()) {
            TrainConfig config = Runs.plain(steps, Runs.ADAMW, 1e-3, batch, accumulation);
            RunState end = Runs.run(model, Runs.random(model, 0.9, 1), DATA, config);
            assertThat(end.tokens())
                    .isEqualTo(epochs
                            * DATA.examples().stream()
                                    .mapToLong(Example::length)
                                    .sum());
        }
    }

    /// Losses fall when the same rows come again and again, by every rule.
    @Test
    void trainingLearns() {
        Map<Optimizer, Double> rules =
                Map.of(Runs.ADAMW, 1e-2, Optimizer.RmsProp.DEFAULT, 1e-3, Optimizer.Sgd.DEFAULT, 1e-1);
        rules.forEach((rule, lr) -> {
            try (AdaptedModel model = Runs.model()) {
                List<Double> losses = Runs.run(model, Runs.random(model, 0.5, 3), DATA, Runs.plain(12, rule, lr, 6, 1))
                        .losses();
                assertThat(losses.getLast()).as(rule.name()).isLessThan(0.7 * losses.getFirst());
            }
        });
    }

    @Test
    void withoutAFileThereIsNothingToResume() {
        try (AdaptedModel model = Runs.model();
                Trainer trainer = new Trainer(
                        model.decoder(),
                        Runs.everything(model),
                        Runs.plain(1, Runs.ADAMW, 1e-3, 1, 1),
                        n -> Sample.all(DATA.examples()),
                        new JavaKernel())) {
            assertThatThrownBy(trainer::resume)
                    .isInstanceOf(LotaException.class)
                    .hasMessage("Nothing to resume: there is no run state.");
        }
    }
}
