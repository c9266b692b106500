package io.lota4j.internal.train.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lota4j.Golden;
import io.lota4j.data.Dataset;
import io.lota4j.data.Example;
import io.lota4j.internal.checkpoint.SafetensorsFile;
import io.lota4j.internal.kernel.java.JavaKernel;
import io.lota4j.internal.model.Decoder;
import io.lota4j.internal.model.PackedBatch;
import io.lota4j.internal.train.AdaptedModel;
import io.lota4j.internal.train.Runs;
import io.lota4j.internal.train.StartingWeights;
import io.lota4j.internal.train.Trainable;
import io.lota4j.mask.Pool;
import io.lota4j.memory.Host;
import io.lota4j.train.Clip;
import io.lota4j.train.Optimizer;
import io.lota4j.train.Reduction;
import io.lota4j.train.Schedule;
import io.lota4j.train.TrainConfig;
import io.lota4j.train.lora.LoraConfig;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// LoRA as PyTorch and PEFT do it, from an adapter of theirs.
class LoraGoldenTest {
    private static final String PREFIX = "base_model.model.";
    private static final LoraConfig LORA = new LoraConfig(4, 8, Pool.standard());
    private static final TrainConfig CONFIG = new TrainConfig(
            5,
            new Optimizer.AdamW(0.9, 0.99, 1e-8, 0.1),
            1e-2,
            Schedule.CONSTANT,
            0,
            2,
            1,
            Clip.GLOBAL,
            0.5,
            Reduction.TOKEN_MEAN,
            0,
            false);

    private final AdaptedModel model = Runs.model("llama-tied");
    private final Golden golden = Golden.open("lora-training/golden.safetensors");
    private final Dataset data = data();
    private final LoraJob job = new LoraJob(model, LORA, data, CONFIG, new JavaKernel());

    @BeforeEach
    void startFromTheAdapter() {
        try (SafetensorsFile adapter = SafetensorsFile.open(Golden.path("peft/lora/adapter_model.safetensors"))) {
            for (Factors f : job.factors()) {
                model.decoder().torch().buffer(f.values().a()).copyFrom(adapter.bytes(PREFIX + f.nameOfA()));
                model.decoder().torch().buffer(f.values().b()).copyFrom(adapter.bytes(PREFIX + f.nameOfB()));
            }
        }
    }

    @AfterEach
    void close() {
        job.close();
        golden.close();
        model.close();
    }

    @Test
    void mergedWeightsAndLogitsAreThoseOfPeft() {
        Decoder decoder = model.decoder();
        job.trainer().close();
        try (Golden merged = Golden.open("peft/lora/golden.safetensors")) {
            decoder.weights()
                    .shapes()
                    .keySet()
                    .forEach(name -> assertThat(Host.floats(decoder.weights().memory(name)))
                            .as(name)
                            .containsExactly(merged.floats("merged." + name), within(1e-7f)));
            int length = merged.shape("input_ids")[1];
            float[] logits = merged.floats("logits");
            int[] ids = merged.ints("input_ids");
            for (int row = 0; row < merged.shape("input_ids")[0]; row++) {
                int[] sequence = Arrays.copyOfRange(ids, row * length, (row + 1) * length);
                float[] found = decoder.logits(
                        PackedBatch.of(List.of(new PackedBatch.Sequence(sequence, new boolean[length]))));
                float[] expected = Arrays.copyOfRange(logits, row * found.length, (row + 1) * found.length);
                assertThat(found).containsExactly(expected, within(2e-5f));
            }
        }
    }

    @Test
    void gradientsOfTheFirstBatch() {
        try (LowRankParameters parameters = LowRankParameters.of(
                model.decoder(), new StartingWeights(model.base(), null), job.factors(), CONFIG.optimizer())) {
            PackedBatch batch = PackedBatch.of(data.examples().subList(0, 2).stream()
                    .map(e -> new PackedBatch.Sequence(e.ids(), e.labelled()))
                    .toList());
            float[] weights = new float[batch.targetPositions().length];
            Arrays.fill(weights, 1f / weights.length);
            parameters.gradients().clear();
            model.decoder().gradients(batch, weights, parameters.gradients());
            for (Trainable t : parameters.trainables()) {
                assertNear(
                        t.name(),
                        Host.floats(t.gradientMemory()),
                        golden.floats("gradient." + PREFIX + t.name()),
                        1e-6);
            }
        }
    }

    @Test
    void lossesOfFiveStepsAndTheFactorsAtTheEnd() {
        List<Double> losses = job.run(null, 0, false, Runs.SILENT, () -> false).losses();
        float[] expected = golden.floats("loss");
        assertThat(losses).hasSize(expected.length);
        for (int s = 0; s < expected.length; s++) {
            assertThat(losses.get(s)).as("loss of step %d", s + 1).isCloseTo(expected[s], within(1e-5 * expected[s]));
        }
        for (Factors f : job.factors()) {
            assertNear(
                    f.nameOfA(), f.values().a().toFloatArray(), golden.floats("final." + PREFIX + f.nameOfA()), 5e-5);
            assertNear(
                    f.nameOfB(), f.values().b().toFloatArray(), golden.floats("final." + PREFIX + f.nameOfB()), 5e-5);
        }
    }

    private static void assertNear(String name, float[] found, float[] expected, double most) {
        assertThat(found).as(name).containsExactly(expected, within((float) most));
        assertThat(found).as(name).isNotEqualTo(new float[found.length]);
    }

    private Dataset data() {
        int length = golden.shape("input_ids")[2];
        int[] ids = golden.ints("input_ids");
        int[] labels = golden.ints("labels");
        List<Example> examples = new ArrayList<>();
        for (int row = 0; row * length < ids.length; row++) {
            boolean[] scored = new boolean[length];
            for (int t = 0; t < length; t++) {
                scored[t] = labels[row * length + t] >= 0;
            }
            int[] tokens = Arrays.copyOfRange(ids, row * length, (row + 1) * length);
            examples.add(new Example(row, tokens, scored, 0, "", ""));
        }
        return Runs.data(examples);
    }
}
