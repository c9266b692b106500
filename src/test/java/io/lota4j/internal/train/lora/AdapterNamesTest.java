package io.lota4j.internal.train.lora;

import static org.assertj.core.api.Assertions.assertThat;

import io.lota4j.Golden;
import io.lota4j.internal.checkpoint.Checkpoint;
import io.lota4j.internal.checkpoint.SafetensorsFile;
import io.lota4j.internal.checkpoint.SafetensorsWriter;
import io.lota4j.internal.checkpoint.TensorSource;
import io.lota4j.internal.kernel.java.JavaKernel;
import io.lota4j.internal.merge.ModelReference;
import io.lota4j.internal.merge.source.MergeSource;
import io.lota4j.internal.peft.AdapterFolder;
import io.lota4j.internal.train.AdaptedModel;
import io.lota4j.internal.train.Runs;
import io.lota4j.mask.Pool;
import io.lota4j.model.MemoryPolicy;
import io.lota4j.train.lora.LoraConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// PEFT names modules as transformers has them in memory, where some checkpoints have other names: an adapter has
/// PEFT's, and fits the checkpoint all the same.
class AdapterNamesTest {
    private static final String PEFT = "base_model.model.";

    @TempDir
    private Path folder = Path.of("");

    /// @param model golden
    /// @param prefix of its tensors' names
    /// @param stored what a checkpoint has instead
    /// @param inMemory what transformers has instead
    @ParameterizedTest
    @CsvSource({
        "gpt2, transformer., '', transformer.",
        "gpt2, transformer., transformer., transformer.",
        "gemma3, model., language_model.model., model.language_model.",
        "gemma3, model., model.language_model., model.language_model."
    })
    void adaptersHaveTheNamesInMemory(String model, String prefix, String stored, String inMemory) throws IOException {
        Path base = base(model, prefix, stored);
        Path written = folder.resolve("adapter");
        List<String> targets;
        try (AdaptedModel opened = AdaptedModel.open(base, MemoryPolicy.KEEP);
                LoraJob job = new LoraJob(
                        opened,
                        new LoraConfig(2, 4, Pool.parse("layers.1,h.1", null)),
                        Runs.data(3, 8),
                        Runs.config(2, Runs.ADAMW, 1e-2),
                        new JavaKernel())) {
            targets = List.copyOf(job.targets().shapes().keySet());
            job.adapter(job.run(null, 0, false, Runs.SILENT, () -> false)).write(written);
        }
        assertThat(targets).isNotEmpty().allMatch(name -> name.startsWith(stored));
        JsonNode config = JsonMapper.shared().readTree(Files.readString(written.resolve(AdapterFolder.CONFIG)));
        assertThat(config.path("target_modules").valueStream().map(JsonNode::stringValue))
                .hasSameSizeAs(targets)
                .allMatch(module -> module.startsWith(inMemory));
        try (SafetensorsFile weights = SafetensorsFile.open(written.resolve(AdapterFolder.WEIGHTS))) {
            assertThat(weights.tensors().keySet())
                    .hasSize(2 * targets.size())
                    .allMatch(name -> name.startsWith(PEFT + inMemory));
        }
        try (MergeSource source =
                MergeSource.open(new ModelReference("both", base, Optional.of(written)), Optional.empty())) {
            assertThat(source.unmatched()).isEmpty();
            assertThat(source.doubts()).isEmpty();
            assertThat(targets).allMatch(source.tensors()::containsKey);
        }
    }

    private Path base(String model, String prefix, String stored) throws IOException {
        Path golden = Golden.path("models/" + model);
        String config = Files.readString(golden.resolve(Checkpoint.CONFIG));
        Files.writeString(
                folder.resolve(Checkpoint.CONFIG),
                model.equals("gemma3") ? "{\"model_type\": \"gemma3\", \"text_config\": " + config + "}" : config);
        try (Checkpoint checkpoint = Checkpoint.open(golden)) {
            List<TensorSource> tensors = checkpoint.tensors().values().stream()
                    .map(info -> TensorSource.ofSegment(
                            stored + info.name().substring(prefix.length()),
                            info.dtype(),
                            info.shape(),
                            checkpoint.bytes(info.name())))
                    .toList();
            SafetensorsWriter.write(folder.resolve(Checkpoint.SINGLE), Map.of(), tensors);
        }
        return folder;
    }
}
