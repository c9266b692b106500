package io.lota4j.internal.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.pytorch.engine.PtNDManager;
import io.lota4j.Golden;
import io.lota4j.data.Example;
import io.lota4j.internal.kernel.java.JavaKernel;
import io.lota4j.internal.model.RowWeights;
import io.lota4j.internal.model.ValueStore;
import io.lota4j.mask.Mask;
import io.lota4j.memory.Host;
import io.lota4j.train.objective.ConstrainedSft;
import io.lota4j.train.objective.Dpo;
import io.lota4j.train.objective.Ipo;
import io.lota4j.train.objective.Objective;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Objectives as PyTorch computes them: log-probabilities, loss and gradients, of an expert with its base as reference.
class ObjectiveGoldenTest {
    private static final float CLOSE = 1e-5f;

    static List<String> files() throws IOException {
        try (var files = Files.list(Golden.path("objective"))) {
            return files.map(f -> f.getFileName().toString()).sorted().toList();
        }
    }

    /// Whatever goes through the layers at once, a pair is in one pass.
    @ParameterizedTest
    @MethodSource("files")
    void lossAndGradients(String file) {
        for (int most : List.of(1, Integer.MAX_VALUE)) {
            try (Golden golden = Golden.open("objective/" + file);
                    AdaptedModel base = AdaptedModel.open(Golden.path("models/llama-tied"));
                    AdaptedModel expert = AdaptedModel.open(Golden.path("merge/experts/a"))) {
                List<Sample> samples = samples(golden);
                Reference reference = new Reference("reference", samples);
                assertThat(reference.compute(base.decoder(), (done, all) -> {}, () -> false))
                        .isTrue();
                assertReference(golden, samples, reference);
                assertStep(golden, expert, objective(file, golden), MicroBatch.passes(samples, most), reference);
            }
        }
    }

    private static Objective objective(String file, Golden golden) {
        if (golden.file().tensors().containsKey("ids")) {
            return new ConstrainedSft();
        }
        float[] settings = golden.floats("beta_eps");
        return file.contains("ipo") ? new Ipo(settings[0]) : new Dpo(settings[0], settings[1]);
    }

    private static List<Sample> samples(Golden golden) {
        if (golden.file().tensors().containsKey("ids")) {
            return Sample.all(examples(golden, ""));
        }
        List<Example> chosen = examples(golden, "chosen_");
        List<Example> rejected = examples(golden, "rejected_");
        List<Example> pairs = new ArrayList<>();
        for (int row = 0; row < chosen.size(); row++) {
            pairs.add(chosen.get(row).over(rejected.get(row)));
        }
        return Sample.all(pairs);
    }

    private static List<Example> examples(Golden golden, String kind) {
        int[] shape = golden.shape(kind + "ids");
        int[] ids = golden.ints(kind + "ids");
        int[] labels = golden.ints(kind + "labels");
        List<Example> examples = new ArrayList<>();
        for (int row = 0; row < shape[0]; row++) {
            int from = row * shape[1];
            boolean[] scored = new boolean[shape[1]];
            for (int t = 1; t < shape[1]; t++) {
                scored[t] = labels[from + t] >= 0;
            }
            examples.add(new Example(row, Arrays.copyOfRange(ids, from, from + shape[1]), scored, 0, "", ""));
        }
        return examples;
    }

    private static void assertReference(Golden golden, List<Sample> samples, Reference reference) {
        for (Sample sample : samples) {
            int row = sample.place();
            float[] found = reference.of(sample);
            if (sample.example().rejected() == null) {
                assertThat(found).containsExactly(labelled(golden, "ref_logprobs", sample.example()), within(CLOSE));
            } else {
                int chosen = sample.example().labelledTokens();
                assertSum(found, 0, chosen, golden.floats("ref_chosen")[row]);
                assertSum(found, chosen, found.length, golden.floats("ref_rejected")[row]);
            }
        }
    }

    /// Of a sum as large as fifty, the last digits of a float are 4e-6 apart.
    private static void assertSum(float[] values, int from, int to, double expected) {
        double sum = 0;
        for (int token = from; token < to; token++) {
            sum += values[token];
        }
        assertThat(sum).isCloseTo(expected, within(2 * (double) CLOSE));
    }

    /// What a table `[rows, tokens - 1]` has for the labelled tokens of a row.
    private static float[] labelled(Golden golden, String table, Example example) {
        float[] all = golden.floats(table);
        int width = golden.shape(table)[1];
        List<Float> found = new ArrayList<>();
        for (int t = 1; t <= width; t++) {
            if (example.labelled()[t]) {
                found.add(all[example.row() * width + t - 1]);
            }
        }
        float[] values = new float[found.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = found.get(i);
        }
        return values;
    }

    private static void assertStep(
            Golden golden, AdaptedModel expert, Objective objective, List<MicroBatch> passes, Reference reference) {
        long parts = passes.stream()
                .mapToLong(pass -> objective.mean() == Objective.Mean.SAMPLES
                        ? pass.samples().size()
                        : pass.scored())
                .sum();
        Mask mask = Runs.everything(expert);
        try (PtNDManager scope = expert.decoder().torch().scope()) {
            List<Trainable> trainables = mask.tensors().entrySet().stream()
                    .map(e -> Trainable.of(
                            e.getKey(),
                            e.getValue(),
                            Runs.ADAMW,
                            expert.decoder().weights(),
                            ValueStore.inMemory(expert.decoder().torch(), scope)))
                    .toList();
            Gradients gradients =
                    new Gradients(trainables, new JavaKernel(), expert.decoder().torch(), scope);
            gradients.clear();
            double loss = 0;
            for (MicroBatch pass : passes) {
                Weighing weighing = new Weighing(objective, pass, reference);
                float[] losses = expert.decoder()
                        .gradients(pass.batch(), weighing.weights(1.0 / parts), gradients)
                        .tokenLosses();
                loss += (objective instanceof ConstrainedSft
                                ? weighed(golden, pass, weighing, losses)
                                : weighing.told(losses))
                        / parts;
                assertPolicy(golden, pass, losses);
            }
            assertThat(loss).isCloseTo(golden.floats("loss")[0], within(CLOSE * Math.max(1.0, loss)));
            for (Trainable trainable : trainables) {
                float[] expected = golden.floats("grad." + trainable.name());
                assertThat(Host.floats(trainable.gradientMemory()))
                        .as(trainable.name())
                        .containsExactly(expected, within(CLOSE * Math.max(1, largest(expected))));
            }
        }
    }

    private static float largest(float[] values) {
        float largest = 0;
        for (float value : values) {
            largest = Math.max(largest, Math.abs(value));
        }
        return largest;
    }

    private static void assertPolicy(Golden golden, MicroBatch pass, float[] losses) {
        for (int pair = 0;
                pair < pass.samples().size()
                        && pass.counts().length > pass.samples().size();
                pair++) {
            int row = pass.samples().get(pair).place();
            for (String side : List.of("chosen", "rejected")) {
                int sequence = 2 * pair + (side.equals("chosen") ? 0 : 1);
                int from = pass.starts()[sequence];
                float[] own = Arrays.copyOfRange(losses, from, from + pass.counts()[sequence]);
                assertSum(own, 0, own.length, -golden.floats("policy_" + side)[row]);
            }
        }
    }

    /// The loss whose gradient is followed, with the weights held constant: what the golden tells.
    private static double weighed(Golden golden, MicroBatch pass, Weighing weighing, float[] losses) {
        RowWeights.OfLosses rule = (RowWeights.OfLosses) weighing.weights(1);
        float[] weights = rule.rule().apply(losses);
        double sum = 0;
        for (int row = 0; row < pass.samples().size(); row++) {
            int from = pass.starts()[row];
            assertThat(Arrays.copyOfRange(weights, from, from + pass.counts()[row]))
                    .containsExactly(
                            labelled(golden, "weights", pass.samples().get(row).example()), within(CLOSE));
        }
        for (int token = 0; token < weights.length; token++) {
            sum += weights[token] * (double) losses[token];
        }
        return sum;
    }
}
