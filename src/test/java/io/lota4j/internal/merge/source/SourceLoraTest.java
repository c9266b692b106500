package io.lota4j.internal.merge.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.merge.ModelTensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What PEFT's settings mean, with factors of rank 2 for a module of 3 inputs and 4 outputs.
class SourceLoraTest {
    private static final String LORA = "\"peft_type\": \"LORA\", \"r\": 2, \"lora_alpha\": 8";
    private static final Shape WEIGHT = Shape.of(4, 3);
    private static final Shape SWAPPED = Shape.of(3, 4);

    @TempDir
    private Path directory;

    private final SplittableRandom random = new SplittableRandom(1);
    private final float[] a = Adapters.randoms(random, 2 * 3);
    private final float[] b = Adapters.randoms(random, 4 * 2);
    private final float[] w = Adapters.randoms(random, 12);
    private Adapters adapter = new Adapters();

    @BeforeEach
    void linear() {
        adapter = new Adapters()
                .floats("m.up.lora_A.weight", Shape.of(2, 3), a)
                .floats("m.up.lora_B.weight", Shape.of(4, 2), b);
    }

    @Test
    void scale() throws IOException {
        assertClose(read(LORA, WEIGHT), delta(4));
        assertClose(read(LORA + ", \"use_rslora\": true", WEIGHT), delta(8 / Math.sqrt(2)));
    }

    @Test
    void patternsMatchTheEndOfAName() throws IOException {
        assertClose(read(LORA + ", \"alpha_pattern\": {\"other\": 1, \"up\": 3, \"m.up\": 5}", WEIGHT), delta(1.5));
        assertClose(read(LORA + ", \"alpha_pattern\": {\"p\": 3}", WEIGHT), delta(4));
        assertClose(read(LORA + ", \"alpha_pattern\": {\"^m\\\\.u.\": 3}", WEIGHT), delta(1.5));
        String rank = "\"peft_type\": \"LORA\", \"r\": 16, \"lora_alpha\": 8, \"rank_pattern\": {\".*up\": 2}";
        assertClose(read(rank, WEIGHT), delta(4));
    }

    @Test
    void fanInFanOutTransposes() throws IOException {
        assertClose(read(LORA + ", \"fan_in_fan_out\": true", SWAPPED), transposed(delta(4)));
    }

    @Test
    void embeddingsAreTransposed() throws IOException {
        adapter = new Adapters()
                .floats("m.up.lora_embedding_A", Shape.of(2, 3), a)
                .floats("m.up.lora_embedding_B", Shape.of(4, 2), b);
        assertClose(read(LORA, SWAPPED), transposed(delta(4)));
    }

    @Test
    void dora() throws IOException {
        float[] magnitudes = {1, 2, 3, 4};
        adapter.floats("m.up.lora_magnitude_vector", Shape.of(4), magnitudes);
        double[] sum = delta(4);
        double[] expected = new double[12];
        for (int row = 0; row < 4; row++) {
            double square = 0;
            for (int i = 3 * row; i < 3 * row + 3; i++) {
                sum[i] += w[i];
                square += sum[i] * sum[i];
            }
            for (int i = 3 * row; i < 3 * row + 3; i++) {
                expected[i] = magnitudes[row] / Math.sqrt(square) * sum[i];
            }
        }
        assertClose(read(LORA + ", \"use_dora\": true", WEIGHT), expected);
    }

    /// The norms then are those of columns.
    @Test
    void doraOfTransposedWeights() throws IOException {
        float[] magnitudes = {1, 2, 3, 4};
        adapter.floats("m.up.lora_magnitude_vector", Shape.of(4), magnitudes);
        double[] expected = transposed(delta(4));
        for (int column = 0; column < 4; column++) {
            double square = 0;
            for (int i = column; i < 12; i += 4) {
                expected[i] += w[i];
                square += expected[i] * expected[i];
            }
            for (int i = column; i < 12; i += 4) {
                expected[i] *= magnitudes[column] / Math.sqrt(square);
            }
        }
        assertClose(read(LORA + ", \"use_dora\": true, \"fan_in_fan_out\": true", SWAPPED), expected);
    }

    @Test
    void savedModulesTakeThePlaceOfTheBases() throws IOException {
        adapter = new Adapters().floats("m.up.weight", WEIGHT, w);
        try (MergeSource source = open(LORA + ", \"modules_to_save\": [\"up\"]", WEIGHT)) {
            ModelTensor tensor = source.tensor("m.up.weight", WEIGHT, Optional.empty());
            assertThat(tensor).isInstanceOf(ModelTensor.Weights.class);
            assertThat(Adapters.all(tensor)).isEqualTo(w);
        }
    }

    @Test
    void savedBaseLayersAreChangedByTheirFactors() throws IOException {
        float[] own = Adapters.randoms(random, 12);
        adapter.floats("m.up.base_layer.weight", WEIGHT, own);
        double[] expected = delta(4);
        for (int i = 0; i < 12; i++) {
            expected[i] += own[i];
        }
        assertClose(read(LORA, WEIGHT), expected);
    }

    @Test
    void supraAddsBothDeltas() throws IOException {
        adapter = new Adapters()
                .ints("m.up.supertuning_indices", Shape.of(3), 5, 0, 5)
                .floats("m.up.supertuning_values", Shape.of(3), 1, 0, 2)
                .floats("m.up.supertuning_lora_A.weight", Shape.of(2, 3), a)
                .floats("m.up.supertuning_lora_B.weight", Shape.of(4, 2), b);
        double[] expected = delta(4);
        expected[5] += 3;
        assertClose(read("\"peft_type\": \"SUPERTUNING\", \"r\": 2, \"lora_alpha\": 8", WEIGHT), expected);
    }

    private float[] read(String config, Shape shape) throws IOException {
        try (MergeSource source = open(config, shape)) {
            assertThat(source.tensors()).containsOnlyKeys("m.up.weight");
            return Adapters.all(source.tensor("m.up.weight", shape, Optional.of(Adapters.weights(shape, w))));
        }
    }

    private MergeSource open(String config, Shape shape) throws IOException {
        Path folder = adapter.write(directory.resolve("adapter"), config);
        return Adapters.open(folder, Adapters.base(Map.of("m.up.weight", shape)));
    }

    private double[] delta(double scale) {
        double[] delta = new double[12];
        for (int i = 0; i < 12; i++) {
            for (int k = 0; k < 2; k++) {
                delta[i] += scale * b[i / 3 * 2 + k] * a[k * 3 + i % 3];
            }
        }
        return delta;
    }

    private static double[] transposed(double[] fourByThree) {
        double[] transposed = new double[12];
        for (int i = 0; i < 12; i++) {
            transposed[i % 3 * 4 + i / 3] = fourByThree[i];
        }
        return transposed;
    }

    private static void assertClose(float[] found, double[] expected) {
        for (int i = 0; i < expected.length; i++) {
            assertThat((double) found[i]).as("element %d", i).isCloseTo(expected[i], within(1e-5));
        }
    }
}
