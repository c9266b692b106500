package io.lota4j.internal.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.lota4j.Golden;
import io.lota4j.checkpoint.DType;
import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.checkpoint.Checkpoint;
import io.lota4j.internal.checkpoint.SafetensorsWriter;
import io.lota4j.internal.checkpoint.TensorSource;
import io.lota4j.mask.Pool;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class Gpt2NamesTest {
    private static final Path GOLDEN = Golden.path("models/gpt2");

    /// As GPT-2 was first published: names without a prefix, and causal masks among the weights.
    @Test
    void theFirstCheckpointsLoadToo(@TempDir Path folder) throws IOException {
        Files.copy(GOLDEN.resolve(Checkpoint.CONFIG), folder.resolve(Checkpoint.CONFIG));
        try (Checkpoint golden = Checkpoint.open(GOLDEN)) {
            List<TensorSource> tensors = new ArrayList<>();
            golden.tensors()
                    .values()
                    .forEach(info -> tensors.add(TensorSource.ofSegment(
                            info.name().replaceFirst("^transformer\\.", ""),
                            info.dtype(),
                            info.shape(),
                            golden.bytes(info.name()))));
            tensors.add(TensorSource.ofSegment(
                    "h.0.attn.bias", DType.F32, Shape.of(1, 1, 4, 4), MemorySegment.ofArray(new float[16])));
            SafetensorsWriter.write(folder.resolve(Checkpoint.SINGLE), Map.of(), tensors);
        }
        PackedBatch batch =
                PackedBatch.of(List.of(new PackedBatch.Sequence(new int[] {1, 9, 33, 127, 5}, new boolean[5])));
        try (Decoder named = Decoder.open(GOLDEN);
                Checkpoint checkpoint = Checkpoint.open(folder);
                Decoder first = Decoder.open(checkpoint)) {
            assertThat(first.logits(batch)).isEqualTo(named.logits(batch));
            assertThat(Pool.standard().select(checkpoint.tensors()))
                    .hasSize(8)
                    .containsKey("h.1.mlp.c_proj.weight")
                    .doesNotContainKey("h.0.attn.bias");
        }
    }
}
