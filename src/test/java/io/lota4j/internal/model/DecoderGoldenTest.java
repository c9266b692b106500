package io.lota4j.internal.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lota4j.Golden;
import io.lota4j.internal.checkpoint.Checkpoint;
import io.lota4j.internal.checkpoint.Floats;
import io.lota4j.internal.model.layer.Rope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class DecoderGoldenTest {
    private static final double LOGITS = 2e-4;

    /// All but one, see [#logitsOfBf16Shards].
    static List<String> models() throws IOException {
        try (var folders = Files.list(Golden.path("models"))) {
            return folders.map(folder -> folder.getFileName().toString())
                    .filter(name -> !name.equals("llama-bf16-sharded"))
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void logits(String model) {
        try (Golden golden = Golden.open("models/" + model + "/golden.safetensors");
                Checkpoint checkpoint = Checkpoint.open(Golden.path("models/" + model));
                Decoder decoder = open(checkpoint)) {
            assertThat(worstLogit(golden, decoder)).isLessThan(LOGITS);
        }
    }

    /// The program that wrote golden numbers turned all rows of a padded batch by the frequencies of the longest; here
    /// each sequence is as if it were alone.
    private static Decoder open(Checkpoint checkpoint) {
        ModelConfig config = ModelConfig.of(checkpoint.directory());
        Rope rope = config.blocks().layers().getLast().rope();
        return rope == null || rope.longer() == null
                ? Decoder.open(checkpoint)
                : Decoder.open(
                        checkpoint,
                        new ModelConfig(config.architecture(), config.blocks().withRope(rope.ofLonger())));
    }

    /// A row that is long has the logits of the golden batch with both sets of frequencies.
    @Test
    void longRowsChooseTheFrequenciesOfLongOnes() {
        Path directory = Golden.path("models/phi3-longrope");
        try (Golden golden = Golden.open("models/phi3-longrope/golden.safetensors");
                Checkpoint checkpoint = Checkpoint.open(directory);
                Decoder longer = open(checkpoint);
                Decoder decoder = Decoder.open(checkpoint)) {
            List<PackedBatch.Sequence> rows = sequences(golden, true);
            assertThat(rows).extracting(row -> row.ids().length).containsExactly(16, 11, 7);
            rows.forEach(row -> {
                float[] found = decoder.logits(PackedBatch.of(List.of(row)));
                float[] always = longer.logits(PackedBatch.of(List.of(row)));
                assertThat(Arrays.equals(found, always)).isEqualTo(row.ids().length > 8);
            });
            Loss loss = decoder.losses(PackedBatch.of(rows));
            assertThat(loss.tokenLosses())
                    .isEqualTo(decoder.gradients(
                                    PackedBatch.of(rows),
                                    new float[loss.tokenLosses().length],
                                    new CollectedGradients(decoder))
                            .tokenLosses());
        }
    }

    /// The program that wrote the golden logits cast the loaded model to BF16 and back, which also rounds the inverse
    /// frequencies: with these its logits are met. Those of the files are computed in F32 here, and differ by up to
    /// 0.007.
    @Test
    void logitsOfBf16Shards() {
        try (Golden golden = Golden.open("models/llama-bf16-sharded/golden.safetensors");
                Checkpoint checkpoint = Checkpoint.open(Golden.path("models/llama-bf16-sharded"))) {
            ModelConfig config = ModelConfig.read(checkpoint.directory().resolve(Checkpoint.CONFIG));
            Rope rope =
                    Objects.requireNonNull(config.blocks().layers().getFirst().rope());
            Rope rounded = new Rope(
                    rope.inverseFrequencies().stream()
                            .map(f -> Floats.bf16ToFloat(Floats.floatToBf16(f)))
                            .toList(),
                    1);
            try (Decoder asLoaded = Decoder.open(checkpoint, config);
                    Decoder asCast = Decoder.open(
                            checkpoint,
                            new ModelConfig(
                                    config.architecture(), config.blocks().withRope(rounded)))) {
                assertThat(worstLogit(golden, asCast)).isLessThan(LOGITS);
                assertThat(worstLogit(golden, asLoaded)).isLessThan(0.01);
            }
        }
    }

    private static double worstLogit(Golden golden, Decoder decoder) {
        float[] expected = golden.floats("logits");
        int length = golden.shape("input_ids")[1];
        List<PackedBatch.Sequence> rows = sequences(golden, false);
        double worst = 0;
        for (int row = 0; row < rows.size(); row++) {
            float[] found = decoder.logits(PackedBatch.of(List.of(rows.get(row))));
            int at = row * length * decoder.config().vocabSize();
            for (int i = 0; i < found.length; i++) {
                worst = Math.max(worst, Math.abs(found[i] - expected[at + i]));
            }
        }
        return worst;
    }

    @ParameterizedTest
    @MethodSource("models")
    void lossAndGradients(String model) {
        try (Golden golden = Golden.open("models/" + model + "/golden.safetensors");
                Checkpoint checkpoint = Checkpoint.open(Golden.path("models/" + model));
                Decoder decoder = open(checkpoint)) {
            assertLossAndGradients(golden, decoder);
        }
    }

    static void assertLossAndGradients(Golden golden, Decoder decoder) {
        PackedBatch batch = PackedBatch.of(sequences(golden, true));
        float[] weights = new float[batch.targetPositions().length];
        Arrays.fill(weights, 1f / weights.length);
        CollectedGradients gradients = new CollectedGradients(decoder);

        Loss loss = decoder.gradients(batch, weights, gradients);

        assertThat(loss.sum() / weights.length).isCloseTo(golden.floats("loss_token_mean")[0], within(1e-5));
        assertThat(loss.sum() / batch.order().length)
                .isCloseTo(golden.floats("loss_example_sum")[0], within(1e-5 * loss.sum()));
        assertThat(decoder.losses(batch).tokenLosses()).isEqualTo(loss.tokenLosses());
        List<String> names = golden.file().tensors().keySet().stream()
                .filter(n -> n.startsWith("grad."))
                .toList();
        assertThat(names.stream().flatMap(name -> parts(decoder, name).stream()))
                .containsExactlyInAnyOrderElementsOf(decoder.weights().shapes().keySet());
        for (String name : names) {
            float[] expected = golden.floats(name);
            assertClose(gradients.of(parts(decoder, name)), expected, 1e-4 * largest(expected));
        }
    }

    /// The weights that a golden gradient is of, one after the other. The program calls the head of every model
    /// `lm_head`, whatever it is called in the files, and has in one tensor what they have expert by expert.
    private static List<String> parts(Decoder decoder, String gradient) {
        String name = gradient.substring("grad.".length());
        if (decoder.weights().shapes().containsKey(name)) {
            return List.of(name);
        }
        if (name.equals("lm_head.weight")) {
            return List.of(decoder.weights().headName());
        }
        String experts = name.substring(0, name.lastIndexOf('.')) + ".";
        List<String> matrices = name.endsWith(".gate_up_proj") ? List.of("gate_proj", "up_proj") : List.of("down_proj");
        List<String> parts = new ArrayList<>();
        for (int e = 0; decoder.weights().shapes().containsKey(experts + e + ".down_proj.weight"); e++) {
            for (String matrix : matrices) {
                parts.add(experts + e + "." + matrix + ".weight");
            }
        }
        return parts;
    }

    static List<PackedBatch.Sequence> sequences(Golden golden, boolean labelled) {
        int[] shape = golden.shape("input_ids");
        int[] ids = golden.ints("input_ids");
        int[] attention = golden.ints("attention_mask");
        List<PackedBatch.Sequence> sequences = new ArrayList<>();
        for (int row = 0; row < shape[0]; row++) {
            int from = row * shape[1];
            int length = Arrays.stream(attention, from, from + shape[1]).sum();
            boolean[] scored = new boolean[length];
            for (int t = 0; labelled && t < length; t++) {
                scored[t] = golden.ints("labels")[from + t] >= 0;
            }
            sequences.add(new PackedBatch.Sequence(Arrays.copyOfRange(ids, from, from + length), scored));
        }
        return sequences;
    }

    private static double largest(float[] values) {
        double largest = 0;
        for (float value : values) {
            largest = Math.max(largest, Math.abs(value));
        }
        return largest;
    }

    private static void assertClose(float[] found, float[] expected, double tolerance) {
        assertThat(found).hasSameSizeAs(expected);
        for (int i = 0; i < found.length; i++) {
            assertThat((double) found[i]).as("element %d", i).isCloseTo(expected[i], within(tolerance));
        }
    }
}
