package io.lota4j.internal.train.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.lota4j.LotaException;
import io.lota4j.checkpoint.DType;
import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.checkpoint.SafetensorsFile;
import io.lota4j.internal.kernel.java.JavaKernel;
import io.lota4j.internal.merge.ModelReference;
import io.lota4j.internal.merge.ModelTensor;
import io.lota4j.internal.merge.source.MergeSource;
import io.lota4j.internal.peft.AdapterFolder;
import io.lota4j.internal.train.AdaptedModel;
import io.lota4j.internal.train.Runs;
import io.lota4j.mask.Pool;
import io.lota4j.ticket.Ticket;
import io.lota4j.train.RunState;
import io.lota4j.train.lora.LoraConfig;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What a run leaves: an adapter as PEFT's, and a ticket of the same change.
class AdapterTest {
    private static final String KEY = "model.layers.1.self_attn.k_proj.weight";

    @TempDir
    private Path folder = Path.of("");

    /// Ranks that every matrix has, and one that some have not.
    @ParameterizedTest
    @CsvSource({"llama-tied,4", "llama-tied,20", "llama-bf16-sharded,3", "gpt2,4", "gpt-neox,3", "phi3-partial,4"})
    void theAdapterAndTheTicketAreOneChange(String name, int rank) {
        try (AdaptedModel model = Runs.model(name);
                LoraJob job = job(model, new LoraConfig(rank, 8, Pool.standard()))) {
            Ticket ticket = trained(job);
            assertThat(ticket.nnz()).isGreaterThan(ticket.poolSize() * 9 / 10);
            assertThat(ticket.info().base())
                    .isEqualTo(model.base().fingerprint().hex());
            assertThat(ticket.info().provenance())
                    .containsEntry("source", "lora")
                    .containsEntry("rank", Integer.toString(rank))
                    .containsEntry("alpha", "8.0")
                    .containsEntry("trained", Long.toString(job.targets().trainable()))
                    .containsEntry("steps", "4");
            try (MergeSource source = adapterOn(model.base().directory())) {
                assertThat(source.unmatched()).isEmpty();
                ticket.tensors().forEach((tensor, expected) -> {
                    float[] merged = all(source.tensor(tensor, expected.shape(), Optional.empty()));
                    float[] base = new float[merged.length];
                    model.base().read(tensor, MemorySegment.ofArray(base));
                    float[] changed = base.clone();
                    float[] values = expected.values();
                    expected.forEach((position, index) -> changed[index] += values[position]);
                    assertThat(merged).as(tensor).containsExactly(changed, within(1e-6f));
                    assertThat(merged).as(tensor).isNotEqualTo(base);
                });
            }
        }
    }

    @Test
    void aMatrixTakesTheRankThatItHasAndThatIsSaid() throws IOException {
        try (AdaptedModel model = Runs.model();
                LoraJob job = job(model, new LoraConfig(20, 10, Pool.standard()))) {
            assertThat(job.targets().notices())
                    .containsExactly("rank 16 instead of 20 for 4 matrices, which have no more:"
                            + " model.layers.0.self_attn.k_proj.weight, model.layers.0.self_attn.v_proj.weight,"
                            + " model.layers.1.self_attn.k_proj.weight, model.layers.1.self_attn.v_proj.weight");
            trained(job);
            JsonNode config = config();
            assertThat(config.path("r").asInt()).isEqualTo(20);
            assertThat(config.path("rank_pattern").size()).isEqualTo(4);
            assertThat(config.path("rank_pattern")
                            .path("model.layers.1.self_attn.k_proj")
                            .asInt())
                    .isEqualTo(16);
            Factors key = job.factors().stream()
                    .filter(f -> f.weight().equals(KEY))
                    .findFirst()
                    .orElseThrow();
            assertThat(key.scale()).isEqualTo(10f / 16);
            try (SafetensorsFile weights = SafetensorsFile.open(folder.resolve("adapter/" + AdapterFolder.WEIGHTS))) {
                assertThat(weights.info("base_model.model." + key.nameOfA()).shape())
                        .isEqualTo(Shape.of(16, 32));
                assertThat(weights.tensors().values()).allMatch(t -> t.dtype() == DType.F32);
                assertThat(weights.tensors().values().stream()
                                .mapToLong(t -> t.shape().numel())
                                .sum())
                        .isEqualTo(job.targets().trainable());
                assertThat(weights.metadata()).containsEntry("format", "pt").containsEntry("lota4j.source", "lora");
            }
        }
    }

    @Test
    void targetsAreNamedByTheirLastWordsWhereThoseSelectNoOthers() throws IOException {
        try (AdaptedModel model = Runs.model();
                LoraJob all = job(model, new LoraConfig(2, 3.5, Pool.standard()));
                LoraJob some = job(model, new LoraConfig(2, 4, Pool.parse("layers.1.mlp", null)))) {
            assertThat(all.targets().modules())
                    .containsExactly("down_proj", "gate_proj", "k_proj", "o_proj", "q_proj", "up_proj", "v_proj");
            assertThat(some.targets().modules())
                    .containsExactly(
                            "model.layers.1.mlp.down_proj",
                            "model.layers.1.mlp.gate_proj",
                            "model.layers.1.mlp.up_proj");
            assertThat(some.targets().trainable()).isEqualTo(3 * 2 * (32 + 64));
            assertThat(all.targets().notices()).isEmpty();
            trained(all);
            assertThat(config().path("lora_alpha").asDouble()).isEqualTo(3.5);
            assertThat(config().path("base_model_name_or_path").asString())
                    .isEqualTo(model.base().directory().toString());
        }
    }

    @Test
    void aFolderWithSomethingInItIsLeftAlone() throws IOException {
        Path there = Files.createDirectory(folder.resolve("adapter"));
        Files.writeString(there.resolve("kept"), "x");
        try (AdaptedModel model = Runs.model();
                LoraJob job = job(model, new LoraConfig(2, 4, Pool.standard()))) {
            assertThatThrownBy(() -> trained(job))
                    .isInstanceOf(LotaException.class)
                    .hasMessage("%s is not empty; give a directory that does not exist or is empty.", there);
        }
        assertThat(there).isDirectoryContaining(file -> file.endsWith("kept"));
    }

    /// Trains, writes the adapter and makes the ticket.
    private Ticket trained(LoraJob job) {
        RunState end = job.run(null, 0, false, Runs.SILENT, () -> false);
        job.adapter(end).write(folder.resolve("adapter"));
        return job.ticket(end);
    }

    private JsonNode config() throws IOException {
        return JsonMapper.shared().readTree(Files.readString(folder.resolve("adapter/" + AdapterFolder.CONFIG)));
    }

    private MergeSource adapterOn(Path base) {
        return MergeSource.open(
                new ModelReference("adapted", base, Optional.of(folder.resolve("adapter"))), Optional.empty());
    }

    private static float[] all(ModelTensor tensor) {
        float[] values = new float[Math.toIntExact(tensor.shape().numel())];
        tensor.read(0, values.length, values);
        return values;
    }

    private static LoraJob job(AdaptedModel model, LoraConfig lora) {
        return new LoraJob(model, lora, Runs.data(3, 8), Runs.config(4, Runs.ADAMW, 1e-2), new JavaKernel());
    }
}
