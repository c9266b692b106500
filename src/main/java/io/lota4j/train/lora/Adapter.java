package io.lota4j.train.lora;

import ai.djl.pytorch.engine.PtNDArray;
import io.lota4j.checkpoint.AtomicFile;
import io.lota4j.checkpoint.DType;
import io.lota4j.checkpoint.SafetensorsWriter;
import io.lota4j.checkpoint.Shape;
import io.lota4j.checkpoint.TensorSource;
import io.lota4j.model.Torch;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Trained factors as the folder that PEFT writes.
///
/// @param base the model directory that they are for
/// @param provenance how they came about, kept in the weights' metadata
/// @param torch whose the factors are
public record Adapter(
        Path base, LoraTargets targets, List<Factors> factors, Torch torch, Map<String, String> provenance) {
    static final String CONFIG = "adapter_config.json";
    static final String WEIGHTS = "adapter_model.safetensors";

    private static final String PREFIX = "base_model.model.";

    /// Writes the folder.
    ///
    /// @param folder one that is not there or empty
    public void write(Path folder) {
        AtomicFile.requireEmpty(folder);
        AtomicFile.writeDirectory(folder, Float.BYTES * targets.trainable(), part -> {
            Files.writeString(part.resolve(CONFIG), AdapterConfigJson.of(base, targets));
            SafetensorsWriter.write(part.resolve(WEIGHTS), metadata(), tensors());
        });
    }

    private Map<String, String> metadata() {
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put("format", "pt");
        provenance.forEach((key, value) -> metadata.put("lota4j." + key, value));
        return metadata;
    }

    private List<TensorSource> tensors() {
        List<TensorSource> tensors = new ArrayList<>();
        for (Factors f : factors) {
            tensors.add(tensor(f.nameOfA(), f.values().a()));
            tensors.add(tensor(f.nameOfB(), f.values().b()));
        }
        return tensors;
    }

    private TensorSource tensor(String name, PtNDArray values) {
        Shape shape = Shape.of(values.getShape().getShape());
        return new TensorSource(PREFIX + targets.inMemory(name), DType.F32, shape, torch.buffer(values)::copyTo);
    }
}
