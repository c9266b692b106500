package io.lota4j.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lota4j.Golden;
import io.lota4j.LotaException;
import io.lota4j.checkpoint.Checkpoint;
import io.lota4j.checkpoint.SafetensorsWriter;
import io.lota4j.checkpoint.Shape;
import io.lota4j.checkpoint.TensorSource;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WeightsTest {
    private static final Path TIED = Golden.path("models/llama-tied");
    private static final String UP = "model.layers.1.mlp.up_proj.weight";

    @TempDir
    private Path folder = Path.of("");

    @Test
    void aModelNeedsAllItsWeights() throws IOException {
        Path model = changed(tensor -> tensor.name().equals(UP) ? renamed(tensor, UP.replace("up", "pu")) : tensor);
        assertThatThrownBy(() -> Decoder.open(model))
                .isInstanceOf(LotaException.class)
                .hasMessage(
                        "%s: the tensor %s is missing (the nearest one there is %s).",
                        model, UP, UP.replace("up", "pu"));
    }

    @Test
    void aWeightHasTheShapeThatTheConfigurationAsksFor() throws IOException {
        Path model = changed(tensor -> tensor.name().equals(UP)
                ? new TensorSource(UP, tensor.dtype(), Shape.of(32, 64), tensor.writer())
                : tensor);
        assertThatThrownBy(() -> Decoder.open(model))
                .isInstanceOf(LotaException.class)
                .hasMessage("%s: tensor %s has shape [32, 64], but config.json asks for [64, 32].", model, UP);
    }

    @Test
    void theWeightsOfAConfigurationAreThoseOfItsCheckpoint() {
        for (String name : List.of("llama", "llama-tied", "llama-biases", "llama3-rope-smooth")) {
            Path model = Golden.path("models/" + name);
            try (Checkpoint checkpoint = Checkpoint.open(model)) {
                Map<String, Shape> expected = Weights.expected(ModelConfig.read(model.resolve("config.json")));
                assertThat(checkpoint.tensors()).containsOnlyKeys(expected.keySet());
                checkpoint
                        .tensors()
                        .forEach((tensor, info) ->
                                assertThat(info.shape()).as(tensor).isEqualTo(expected.get(tensor)));
            }
        }
    }

    private static TensorSource renamed(TensorSource tensor, String name) {
        return new TensorSource(name, tensor.dtype(), tensor.shape(), tensor.writer());
    }

    private Path changed(UnaryOperator<TensorSource> edit) throws IOException {
        Files.copy(TIED.resolve("config.json"), folder.resolve("config.json"));
        List<TensorSource> tensors = new ArrayList<>();
        try (Checkpoint checkpoint = Checkpoint.open(TIED)) {
            checkpoint
                    .tensors()
                    .forEach((name, info) -> tensors.add(edit.apply(TensorSource.ofBytes(
                            name,
                            info.dtype(),
                            info.shape(),
                            checkpoint.bytes(name).toArray(ValueLayout.JAVA_BYTE)))));
        }
        SafetensorsWriter.write(folder.resolve("model.safetensors"), Map.of(), tensors);
        return folder;
    }
}
