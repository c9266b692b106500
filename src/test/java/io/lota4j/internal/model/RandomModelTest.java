package io.lota4j.internal.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.lota4j.Golden;
import io.lota4j.LotaException;
import io.lota4j.checkpoint.DType;
import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.checkpoint.Checkpoint;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RandomModelTest {
    @TempDir
    private Path folder = Path.of("");

    @Test
    void weightsAreNormalNormsOneAndBiasesZero() {
        Path source = Golden.path("models/llama-biases");
        RandomModel.of(source, 3).write(source, folder.resolve("random"));
        try (Checkpoint random = Checkpoint.open(folder.resolve("random"))) {
            random.tensors().keySet().forEach(name -> {
                float[] values = floats(random, name);
                if (name.endsWith("norm.weight")) {
                    assertThat(values).as(name).containsOnly(1);
                } else if (name.endsWith(".bias")) {
                    assertThat(values).as(name).containsOnly(0);
                } else {
                    // The file asks for a deviation of 0.2; a thousand draws keep within a tenth of it.
                    assertThat(deviation(values)).as(name).isCloseTo(0.2, within(0.02));
                }
            });
        }
        assertThat(folder.resolve("random/generation_config.json")).exists();
    }

    @Test
    void aSeedMakesTheSameWeights() throws IOException {
        Path source = Golden.path("models/llama-bf16-sharded");
        Path stripped = Files.createDirectory(folder.resolve("stripped"));
        Files.copy(source.resolve("config.json"), stripped.resolve("config.json"));
        RandomModel.of(stripped, 3).write(stripped, folder.resolve("a"));
        RandomModel.of(stripped, 3).write(stripped, folder.resolve("b"));
        RandomModel.of(stripped, 4).write(stripped, folder.resolve("c"));
        try (Checkpoint a = Checkpoint.open(folder.resolve("a"));
                Checkpoint b = Checkpoint.open(folder.resolve("b"));
                Checkpoint c = Checkpoint.open(folder.resolve("c"))) {
            assertThat(a.fingerprint()).isEqualTo(b.fingerprint()).isNotEqualTo(c.fingerprint());
            assertThat(a.tensors().values()).allMatch(t -> t.dtype() == DType.BF16);
            assertThat(a.info("lm_head.weight").shape()).isEqualTo(Shape.of(128, 32));
        }
    }

    /// The weights are one file, so the source's shards and their index are none of the result's.
    @Test
    void noSecondModelIsLeftBehind() {
        Path source = Golden.path("models/llama-bf16-sharded");
        Path out = folder.resolve("out");
        RandomModel.of(source, 3).write(source, out);
        assertThat(out)
                .isDirectoryContaining("glob:**/model.safetensors")
                .isDirectoryNotContaining("glob:**.index.json")
                .isDirectoryNotContaining("glob:**/model-*");
    }

    @Test
    void whatIsThereIsNotOverwritten() throws IOException {
        Path source = Golden.path("models/llama-tied");
        Path full = Files.createDirectory(folder.resolve("full"));
        Files.writeString(full.resolve("note.txt"), "mine");
        assertThatThrownBy(() -> RandomModel.of(source, 0).write(source, full))
                .isInstanceOf(LotaException.class)
                .hasMessage("%s is not empty; give a directory that does not exist or is empty.", full);
        assertThat(full.resolve("note.txt")).hasContent("mine");
    }

    /// A folder in it makes a directory not empty either.
    @Test
    void foldersAreNotOverwrittenEither() throws IOException {
        Path source = Golden.path("models/llama-tied");
        Path full = Files.createDirectory(folder.resolve("full"));
        Files.createDirectory(full.resolve("mine"));
        assertThatThrownBy(() -> RandomModel.of(source, 0).write(source, full)).isInstanceOf(LotaException.class);
        assertThat(full.resolve("mine")).isDirectory();
    }

    @Test
    void theTypeIsAFloatType() throws IOException {
        String config =
                Files.readString(Golden.path("models/llama-tied/config.json")).replace("float32", "int8");
        Files.writeString(folder.resolve("config.json"), config);
        assertThatThrownBy(() -> RandomModel.of(folder, 0))
                .isInstanceOf(LotaException.class)
                .hasMessage(
                        "%s: the dtype \"int8\" is not one of [bfloat16, float16, float32].",
                        folder.resolve("config.json"));
    }

    private static float[] floats(Checkpoint checkpoint, String name) {
        float[] values = new float[Math.toIntExact(checkpoint.info(name).shape().numel())];
        checkpoint.read(name, MemorySegment.ofArray(values));
        return values;
    }

    private static double deviation(float[] values) {
        double squares = 0;
        for (float value : values) {
            squares += (double) value * value;
        }
        return Math.sqrt(squares / values.length);
    }
}
