package io.lota4j.internal.merge.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.lota4j.Golden;
import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.checkpoint.Checkpoint;
import io.lota4j.internal.checkpoint.SafetensorsWriter;
import io.lota4j.internal.checkpoint.TensorSource;
import io.lota4j.internal.model.Decoder;
import io.lota4j.internal.model.PackedBatch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Adapters as PEFT wrote them, merged, against what PEFT merged and computed.
class SourceGoldenTest {
    private static final double LOGITS = 2e-5;

    @TempDir
    private Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"lora", "shira", "supertuning"})
    void mergedWeightsAndLogits(String kind) throws IOException {
        String reference = Golden.path("models/llama-tied") + "+" + Golden.path("peft/" + kind);
        try (Golden golden = Golden.open("peft/" + kind + "/golden.safetensors");
                MergeSource source = MergeSource.open(References.parse(reference), Optional.empty())) {
            assertThat(source.unmatched()).isEmpty();
            assertThat(source.baseName()).contains("shared/golden/models/llama-tied");
            List<TensorSource> merged = new ArrayList<>();
            source.tensors().forEach((name, tensor) -> {
                float[] found = merged(source, name, tensor.shape());
                assertThat(found).as(name).isEqualTo(golden.floats("merged." + name));
                merged.add(TensorSource.ofFloats(name, tensor.shape(), found));
            });
            assertThat(worstLogit(golden, model(source, merged))).isLessThan(LOGITS);
        }
    }

    private static float[] merged(MergeSource source, String name, Shape shape) {
        return Adapters.all(source.tensor(name, shape, Optional.empty()));
    }

    private Path model(MergeSource source, List<TensorSource> tensors) throws IOException {
        Path base = source.directory().orElseThrow();
        Files.copy(base.resolve(Checkpoint.CONFIG), directory.resolve(Checkpoint.CONFIG));
        SafetensorsWriter.write(directory.resolve("model.safetensors"), Map.of(), tensors);
        return directory;
    }

    private static double worstLogit(Golden golden, Path model) {
        float[] expected = golden.floats("logits");
        int[] ids = golden.ints("input_ids");
        int rows = golden.shape("input_ids")[0];
        int length = golden.shape("input_ids")[1];
        double worst = 0;
        try (Decoder decoder = Decoder.open(model)) {
            for (int row = 0; row < rows; row++) {
                int[] sequence = Arrays.copyOfRange(ids, row * length, (row + 1) * length);
                float[] found = decoder.logits(
                        PackedBatch.of(List.of(new PackedBatch.Sequence(sequence, new boolean[length]))));
                for (int i = 0; i < found.length; i++) {
                    worst = Math.max(worst, Math.abs(found[i] - expected[row * found.length + i]));
                }
            }
        }
        return worst;
    }
}
