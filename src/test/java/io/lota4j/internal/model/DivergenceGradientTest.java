package io.lota4j.internal.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lota4j.Golden;
import io.lota4j.internal.checkpoint.Checkpoint;
import io.lota4j.internal.memory.Buffer;
import io.lota4j.model.MemoryPolicy;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The divergence of a model from what it expected with other weights.
class DivergenceGradientTest {
    private static final PackedBatch BATCH = batch(new SplittableRandom(8), 4, 9, 6);
    private static final int CHECKED = 20;

    private static PackedBatch batch(SplittableRandom random, int... lengths) {
        return PackedBatch.of(Arrays.stream(lengths)
                .mapToObj(length -> {
                    boolean[] scored = new boolean[length];
                    Arrays.fill(scored, length / 2, length, true);
                    return new PackedBatch.Sequence(random.ints(length, 0, 100).toArray(), scored);
                })
                .toList());
    }

    private static float[] weights(double each) {
        float[] weights = new float[BATCH.targetPositions().length];
        Arrays.fill(weights, (float) each);
        return weights;
    }

    /// In some blocks of the head's rows, and in one.
    private static Decoder open(String model, boolean blocks) {
        try (Checkpoint checkpoint = Checkpoint.open(Golden.path("models/" + model))) {
            return Decoder.open(checkpoint, MemoryPolicy.KEEP, blocks ? 512 : Long.MAX_VALUE);
        }
    }

    private static void disturb(Decoder decoder) {
        SplittableRandom random = new SplittableRandom(2);
        for (String name : decoder.weights().shapes().keySet()) {
            decoder.weights().memory(name).update(values -> {
                for (long at = 0; at < values.byteSize() / Float.BYTES; at++) {
                    float value = values.getAtIndex(ValueLayout.JAVA_FLOAT, at);
                    values.setAtIndex(ValueLayout.JAVA_FLOAT, at, value * (float) (1 + 0.3 * random.nextGaussian()));
                }
            });
        }
        decoder.weights().moved();
    }

    @ParameterizedTest
    @CsvSource({"llama-tied,false", "llama-tied,true", "gemma2,false", "gemma2,true", "granite,false"})
    void ofTheModelItselfItIsZeroAndHasNoGradient(String model, boolean blocks) {
        try (Decoder decoder = open(model, blocks);
                Expectations own = decoder.expectations(BATCH)) {
            CollectedGradients gradients = new CollectedGradients(decoder);
            assertThat(decoder.divergences(BATCH, own).tokenLosses()).containsOnly(0);
            assertThat(decoder.gradients(BATCH, own, weights(1), gradients).tokenLosses())
                    .containsOnly(0);
            assertThat(gradients.all().values())
                    .allSatisfy(all -> assertThat(all).containsOnly(0));
        }
    }

    /// Chances of all tokens add to one, and labels have the cross entropy that scoring gives them.
    @ParameterizedTest
    @ValueSource(strings = {"llama-tied", "gemma2"})
    void expectationsAreTheLogProbabilitiesOfScoring(String model) {
        try (Decoder decoder = open(model, true);
                Expectations own = decoder.expectations(BATCH)) {
            float[] all = own.logProbabilities();
            int vocabulary = all.length / own.places();
            float[] losses = decoder.losses(BATCH).tokenLosses();
            for (int place = 0; place < own.places(); place++) {
                int row = place * vocabulary;
                double sum = IntStream.range(0, vocabulary)
                        .mapToDouble(v -> Math.exp(all[row + v]))
                        .sum();
                assertThat(sum).isCloseTo(1, within(1e-5));
                assertThat(-all[row + (int) BATCH.targets()[place]]).isCloseTo(losses[place], within(1e-5f));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"llama-tied,true,4e-3,1e-3", "gemma2,false,4e-3,1e-3", "granite,true,5e-2,1e-1"})
    void theGradientAgreesWithFiniteDifferences(String model, boolean blocks, float step, double tolerance) {
        try (Decoder decoder = open(model, blocks);
                Expectations before = decoder.expectations(BATCH)) {
            disturb(decoder);
            double each = 1.0 / BATCH.targetPositions().length;
            CollectedGradients gradients = new CollectedGradients(decoder);
            Loss loss = decoder.gradients(BATCH, before, weights(each), gradients);
            assertThat(loss.sum() * each).isGreaterThan(1e-3);
            assertThat(decoder.divergences(BATCH, before).tokenLosses()).isEqualTo(loss.tokenLosses());
            for (String name : List.of("model.layers.0.mlp.up_proj.weight", "model.norm.weight")) {
                float[] gradient = Objects.requireNonNull(gradients.all().get(name), name);
                float largest = 0;
                for (float value : gradient) {
                    largest = Math.max(largest, Math.abs(value));
                }
                for (int at : largest(gradient)) {
                    double difference = difference(decoder, name, at, step, before) * each;
                    assertThat(difference).as("%s %d", name, at).isCloseTo(gradient[at], within(tolerance * largest));
                }
            }
        }
    }

    private static int[] largest(float[] gradient) {
        return IntStream.range(0, gradient.length)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> -Math.abs(gradient[i])))
                .limit(CHECKED)
                .mapToInt(Integer::intValue)
                .toArray();
    }

    /// Of five points, so that what is left of the third derivative does not matter.
    private static double difference(Decoder decoder, String name, int at, float step, Expectations before) {
        Buffer weight = decoder.weights().memory(name);
        float value = weight.get(values -> values.getAtIndex(ValueLayout.JAVA_FLOAT, at));
        double near = difference(decoder, weight, at, value, step, before);
        double far = difference(decoder, weight, at, value, 2 * step, before);
        return (4 * near - far) / 3;
    }

    private static double difference(
            Decoder decoder, Buffer weight, int at, float value, float step, Expectations before) {
        float up = value + step;
        float down = value - step;
        double difference = at(decoder, weight, at, up, before) - at(decoder, weight, at, down, before);
        at(decoder, weight, at, value, before);
        return difference / ((double) up - down);
    }

    private static double at(Decoder decoder, Buffer weight, int at, float value, Expectations before) {
        weight.update(values -> values.setAtIndex(ValueLayout.JAVA_FLOAT, at, value));
        decoder.weights().moved();
        return decoder.divergences(BATCH, before).sum();
    }
}
