package io.lota4j.internal.peft;

import io.lota4j.internal.checkpoint.AtomicFile;
import io.lota4j.internal.checkpoint.ModelFiles;
import io.lota4j.internal.checkpoint.SafetensorsWriter;
import io.lota4j.internal.checkpoint.TensorSource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/// An adapter to be written as the folder that PEFT writes. The configuration has the keys that say something; PEFT
/// has defaults for all others.
///
/// @param type PEFT's word for the method, such as `LORA`
/// @param base the model directory or the name that it is for
/// @param modules what [TargetModules] names its targets
/// @param settings of the method, by their keys
/// @param provenance how it came about, kept in the weights' metadata
public record NewAdapter(
        String type, String base, List<String> modules, Map<String, Object> settings, Map<String, String> provenance) {
    /// Writes the folder.
    ///
    /// @param folder one that is not there or empty
    /// @param tensors by PEFT's names
    /// @param card the text of its description
    public void write(Path folder, List<TensorSource> tensors, String card) {
        AtomicFile.requireEmpty(folder);
        long bytes = tensors.stream().mapToLong(TensorSource::bytes).sum();
        AtomicFile.writeDirectory(folder, bytes, part -> {
            Files.writeString(part.resolve(AdapterFolder.CONFIG), config());
            Files.writeString(part.resolve(ModelFiles.CARD), card);
            SafetensorsWriter.write(part.resolve(AdapterFolder.WEIGHTS), metadata(), tensors);
        });
    }

    private String config() {
        Map<String, Object> root = new LinkedHashMap<>();
        root.put("peft_type", type);
        root.put("task_type", "CAUSAL_LM");
        root.put("base_model_name_or_path", base);
        root.put("target_modules", modules);
        root.putAll(settings);
        root.put("inference_mode", true);
        return JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsString(root) + "\n";
    }

    private Map<String, String> metadata() {
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put("format", "pt");
        provenance.forEach((key, value) -> metadata.put("lota4j." + key, value));
        return metadata;
    }
}
