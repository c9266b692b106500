package io.lota4j.internal.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.lota4j.Golden;
import io.lota4j.LotaException;
import io.lota4j.data.Dataset;
import io.lota4j.data.Example;
import io.lota4j.internal.kernel.java.JavaKernel;
import io.lota4j.internal.model.PackedBatch;
import io.lota4j.mask.Mask;
import io.lota4j.mask.Scope;
import io.lota4j.model.MemoryPolicy;
import io.lota4j.train.Clip;
import io.lota4j.train.HeldOut;
import io.lota4j.train.Optimizer;
import io.lota4j.train.Reduction;
import io.lota4j.train.RunState;
import io.lota4j.train.Schedule;
import io.lota4j.train.TrainConfig;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LossChangesTest {
    private static final int STEPS = 4;
    private static final int BATCH = 2;
    private static final Dataset DATA = Runs.data(5, STEPS * BATCH);
    /// Two rows of the file a step, bounded so much that a gradient after the bound would be a
    /// small part of it.
    private static final TrainConfig CONFIG = new TrainConfig(
            STEPS, Runs.ADAMW, 1e-2, Schedule.CONSTANT, 0, BATCH, 1, Clip.GLOBAL, 0.01, Reduction.TOKEN_MEAN, 0, false);

    @TempDir
    private Path folder = Path.of("");

    /// The gradient before each step and the movement in it, each from the model itself.
    @ParameterizedTest
    @CsvSource({"0", "0.6"})
    void areTheSumOfGradientTimesMovement(double sparsity) {
        try (AdaptedModel model = Runs.model()) {
            Mask mask = sparsity == 0 ? Runs.everything(model) : Runs.random(model, sparsity, 3);
            Map<String, double[]> expected = new TreeMap<>();
            mask.shapes().forEach((name, shape) -> expected.put(name, new double[(int) shape.numel()]));
            Map<String, float[]> gradients = new TreeMap<>(gradients(model, mask, 0));
            Map<String, float[]> before = new TreeMap<>(weights(model, mask));
            try (LossChanges sums = new LossChanges(model.decoder(), mask)) {
                job(model, mask, sums)
                        .run(
                                null,
                                0,
                                false,
                                p -> {
                                    Map<String, float[]> after = weights(model, mask);
                                    expected.forEach((name, sum) ->
                                            add(sum, of(gradients, name), of(before, name), of(after, name)));
                                    before.putAll(after);
                                    if (p.step() < STEPS) {
                                        gradients.putAll(gradients(model, mask, (int) p.step()));
                                    }
                                },
                                () -> false);
                expected.forEach((name, sum) -> {
                    double most = Arrays.stream(sum).max().orElseThrow();
                    float[] found = read(sums, name, 0, sum.length);
                    assertThat(most).isPositive();
                    for (int i = 0; i < sum.length; i++) {
                        assertThat((double) found[i]).as("%s[%d]", name, i).isCloseTo(sum[i], within(1e-4 * most));
                    }
                    assertThat(read(sums, name, 5, 20)).isEqualTo(Arrays.copyOfRange(found, 5, 25));
                });
            }
        }
    }

    private static void add(double[] sum, float[] gradient, float[] before, float[] after) {
        for (int i = 0; i < sum.length; i++) {
            sum[i] += Math.abs((double) gradient[i] * (after[i] - before[i]));
        }
    }

    /// Zero where the mask has no weight.
    private static Map<String, float[]> gradients(AdaptedModel model, Mask mask, int step) {
        List<Example> rows = DATA.examples().subList(step * BATCH, (step + 1) * BATCH);
        PackedBatch batch = PackedBatch.of(rows.stream()
                .map(row -> new PackedBatch.Sequence(row.ids(), row.labelled()))
                .toList());
        float[] weights = new float[batch.targetPositions().length];
        Arrays.fill(weights, 1f / weights.length);
        Map<String, float[]> gradients = new TreeMap<>();
        try (SparseWeights places = new SparseWeights(model.decoder(), mask, new JavaKernel())) {
            model.decoder().gradients(batch, weights, places.sink());
            for (String name : places.names()) {
                float[] all = new float[(int) mask.tensor(name).shape().numel()];
                int[] indices = mask.tensor(name).trainable().toArray();
                places.gradient(name, values -> {
                    for (int e = 0; e < indices.length; e++) {
                        all[indices[e]] = values.getAtIndex(ValueLayout.JAVA_FLOAT, e);
                    }
                });
                gradients.put(name, all);
            }
        }
        return gradients;
    }

    private static Map<String, float[]> weights(AdaptedModel model, Mask mask) {
        Map<String, float[]> weights = new TreeMap<>();
        mask.shapes().forEach((name, shape) -> {
            float[] values = new float[(int) shape.numel()];
            model.decoder().weights().read(name, 0, MemorySegment.ofArray(values));
            weights.put(name, values);
        });
        return weights;
    }

    private static float[] of(Map<String, float[]> values, String name) {
        return values.getOrDefault(name, new float[0]);
    }

    private static float[] read(LossChanges sums, String name, long first, int count) {
        float[] values = new float[count];
        sums.read(name, first, MemorySegment.ofArray(values));
        return values;
    }

    private static Job job(AdaptedModel model, Mask mask, LossChanges sums) {
        return Runs.job(model, mask, DATA, CONFIG).counting(sums);
    }

    /// What a run leaves: every weight's bits and the mask by its sums.
    private record End(Map<String, int[]> bits, Mask mask) {}

    private End run(MemoryPolicy memory, double sparsity, boolean resume, long stopAt) {
        try (AdaptedModel model = AdaptedModel.open(Golden.path("models/llama-tied"), memory)) {
            Mask among = sparsity == 0 ? Runs.everything(model) : Runs.random(model, sparsity, 3);
            try (LossChanges sums = new LossChanges(model.decoder(), among)) {
                Job job = job(model, among, sums);
                long[] reached = {0};
                RunState end = job.run(
                        folder.resolve("mask.state"),
                        0,
                        resume,
                        p -> reached[0] = p.step(),
                        () -> reached[0] == stopAt);
                return new End(Runs.bits(model), job.calibrated(end, 0.9, Scope.GLOBAL));
            }
        }
    }

    /// Sums go with the state, in memory and in files, and the training is the one without them.
    @ParameterizedTest
    @CsvSource({"0", "0.4"})
    void aStoppedCalibrationGoesOnBitForBit(double sparsity) {
        MemoryPolicy files = MemoryPolicy.KEEP.withState(folder.resolve("kept"));
        assertThat(folder.resolve("kept").toFile().mkdir()).isTrue();
        End whole = run(MemoryPolicy.KEEP, sparsity, false, Long.MAX_VALUE);
        run(MemoryPolicy.KEEP, sparsity, false, 1);
        run(files, sparsity, true, 2);
        End resumed = run(MemoryPolicy.KEEP, sparsity, true, Long.MAX_VALUE);
        assertThat(resumed.mask().tensors()).isEqualTo(whole.mask().tensors());
        assertThat(resumed.mask().info().origin()).containsEntry("score", "loss-change");
        assertThat(folder.resolve("kept")).isEmptyDirectory();
        try (AdaptedModel model = Runs.model()) {
            Mask among = sparsity == 0 ? Runs.everything(model) : Runs.random(model, sparsity, 3);
            Job plain = Runs.job(model, among, DATA, CONFIG);
            RunState end = plain.run(null, 0, false, Runs.SILENT, () -> false);
            assertThat(Runs.bits(model)).usingRecursiveComparison().isEqualTo(whole.bits());
            assertThat(resumed.bits()).usingRecursiveComparison().isEqualTo(whole.bits());
            assertThat(plain.calibrated(end, 0.9, Scope.GLOBAL).tensors())
                    .isNotEqualTo(whole.mask().tensors());
        }
    }

    /// A score that needs no sum could not go on from half of it.
    @Test
    void theStateOfARunWithoutSumsIsRefused() {
        Path state = folder.resolve("mask.state");
        try (AdaptedModel model = Runs.model()) {
            Runs.job(model, Runs.everything(model), DATA, CONFIG).run(state, 0, false, Runs.SILENT, () -> true);
        }
        assertThatThrownBy(() -> run(MemoryPolicy.KEEP, 0, true, Long.MAX_VALUE))
                .isInstanceOf(LotaException.class)
                .hasMessageStartingWith(
                        state + ": this state belongs to another run: its score is not said, this run's is"
                                + " loss-change.");
    }

    @Test
    void everyStepCounts() {
        try (AdaptedModel model = Runs.model()) {
            Mask all = Runs.everything(model);
            HeldOut best = new HeldOut(Runs.data(9, 2), 1);
            try (LossChanges sums = new LossChanges(model.decoder(), all)) {
                Job job = Runs.job(model, all, DATA, CONFIG).scoredOn(best);
                assertThatThrownBy(() -> job.counting(sums))
                        .isInstanceOf(LotaException.class)
                        .hasMessage("The score 'loss-change' is summed up over all steps of a calibration, so the"
                                + " calibration cannot end with the weights of its best step. Keep those of the last"
                                + " step.");
            }
        }
    }

    /// With plain gradient descent every term is the movement's square over the rate.
    @Test
    void ofGradientDescentAreSquares() {
        double lr = 0.5;
        try (AdaptedModel model = Runs.model()) {
            Mask all = Runs.everything(model);
            Map<String, float[]> before = weights(model, all);
            try (LossChanges sums = new LossChanges(model.decoder(), all)) {
                Runs.job(model, all, DATA, Runs.plain(1, new Optimizer.Sgd(0, 0), lr, BATCH, 1))
                        .counting(sums)
                        .run(null, 0, false, Runs.SILENT, () -> false);
                weights(model, all).forEach((name, after) -> {
                    float[] found = read(sums, name, 0, after.length);
                    for (int i = 0; i < after.length; i++) {
                        double moved = after[i] - of(before, name)[i];
                        assertThat((double) found[i])
                                .as("%s[%d]", name, i)
                                .isCloseTo(moved * moved / lr, within(1e-7 + 1e-3 * moved * moved / lr));
                    }
                });
            }
        }
    }
}
