package io.lota4j.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.lota4j.Golden;
import io.lota4j.LotaException;
import io.lota4j.checkpoint.DType;
import io.lota4j.internal.checkpoint.Checkpoint;
import io.lota4j.internal.export.ExportInput;
import io.lota4j.internal.gguf.GgufFile;
import io.lota4j.internal.gguf.GgufValues;
import io.lota4j.ticket.RandomTickets;
import io.lota4j.ticket.Ticket;
import io.lota4j.ticket.Tickets;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// What was checked with transformers' reader and llama.cpp itself: names, layouts, types and keys.
class GgufExportTest {
    private static final Export GGUF = Exports.of("gguf");

    @TempDir
    private Path directory = Path.of("");

    @ParameterizedTest
    @EnumSource(
            value = ExportType.class,
            names = {"F32", "BF16", "Q8_0"})
    void theTunedWeightsAreThere(ExportType type) throws IOException {
        try (Checkpoint base = Checkpoint.open(Golden.path("models/llama"))) {
            Ticket ticket = RandomTickets.gentle(base, 1);
            GgufReader file = write(base, ticket, ExportOptions.DEFAULTS.as(type));
            Tickets.apply(base, ticket, Optional.of(DType.F32), directory.resolve("tuned"));
            try (Checkpoint tuned = Checkpoint.open(directory.resolve("tuned"))) {
                compare(tuned, "model.layers.1.mlp.up_proj.weight", file, "blk.1.ffn_up.weight", type, 0);
                compare(tuned, "model.layers.0.self_attn.v_proj.weight", file, "blk.0.attn_v.weight", type, 0);
                compare(tuned, "model.layers.0.self_attn.q_proj.weight", file, "blk.0.attn_q.weight", type, 8);
                compare(tuned, "model.layers.1.self_attn.k_proj.weight", file, "blk.1.attn_k.weight", type, 8);
                compare(tuned, "model.norm.weight", file, "output_norm.weight", ExportType.F32, 0);
                compare(tuned, "model.embed_tokens.weight", file, "token_embd.weight", type, 0);
                compare(tuned, "lm_head.weight", file, "output.weight", type, 0);
            }
            assertThat(file.values)
                    .containsEntry("general.architecture", "llama")
                    .containsEntry("general.file_type", type == ExportType.F32 ? 0 : type == ExportType.BF16 ? 32 : 7)
                    .containsEntry("llama.block_count", 2)
                    .containsEntry("llama.attention.head_count", 4)
                    .containsEntry("llama.attention.head_count_kv", 2)
                    .containsEntry("llama.rope.freq_base", 10000f)
                    .containsEntry("tokenizer.ggml.model", "none")
                    .containsEntry("lota4j.base", base.fingerprint().hex());
        }
    }

    /// @param head width of a head, of which llama.cpp has the halves' rows in turn; 0 for rows as they are
    private static void compare(
            Checkpoint tuned, String name, GgufReader file, String ggufName, ExportType type, int head) {
        float[] expected = new float[(int) tuned.info(name).shape().numel()];
        tuned.read(name, MemorySegment.ofArray(expected));
        float[] found = file.floats(ggufName);
        int rows = (int) tuned.info(name).shape().dim(0);
        int columns = expected.length / rows;
        float largest = 0;
        for (float value : expected) {
            largest = Math.max(largest, Math.abs(value));
        }
        float error = type == ExportType.F32 ? 0 : type == ExportType.BF16 ? largest / 256 : largest / 200;
        for (int row = 0; row < rows; row++) {
            int within = head == 0 ? 0 : row % head;
            int to = head == 0 ? row : row - within + (within < head / 2 ? 2 * within : 2 * (within - head / 2) + 1);
            for (int column = 0; column < columns; column++) {
                assertThat(found[to * columns + column])
                        .as("%s %d %d", name, row, column)
                        .isCloseTo(expected[row * columns + column], within(error));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "llama3-rope, llama, rope_freqs.weight",
        "qwen2, qwen2, blk.0.attn_q.bias",
        "qwen3, qwen3, blk.1.attn_k_norm.weight",
        "gemma2, gemma2, blk.0.post_ffw_norm.weight",
        "phi3-partial, phi3, blk.0.attn_qkv.weight",
        "gpt2, gpt2, blk.1.attn_qkv.bias"
    })
    void everyArchitectureHasItsNames(String model, String architecture, String tensor) throws IOException {
        try (Checkpoint base = Checkpoint.open(Golden.path("models/" + model))) {
            GgufReader file = write(base, RandomTickets.gentle(base, 1), ExportOptions.DEFAULTS);
            assertThat(file.values).containsEntry("general.architecture", architecture);
            assertThat(file.tensors).containsKeys(tensor, "token_embd.weight", "output_norm.weight");
            assertThat(file.values.keySet())
                    .allMatch(key -> key.matches("(general|lota4j|tokenizer|" + architecture + ")\\..*"));
        }
    }

    @Test
    void gemmasNormsAreThoseThatMultiply() throws IOException {
        try (Checkpoint base = Checkpoint.open(Golden.path("models/gemma2"))) {
            GgufReader file = write(base, RandomTickets.gentle(base, 1), ExportOptions.DEFAULTS);
            float[] norm = new float[32];
            base.read("model.norm.weight", MemorySegment.ofArray(norm));
            for (int i = 0; i < norm.length; i++) {
                norm[i] += 1;
            }
            assertThat(file.floats("output_norm.weight")).isEqualTo(norm);
            assertThat(file.values)
                    .containsKeys(
                            "gemma2.attn_logit_softcapping",
                            "gemma2.final_logit_softcapping",
                            "gemma2.attention.sliding_window");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "llama-yarn, scaled by YaRN or LongRoPE",
        "phi3-longrope, scaled by YaRN or LongRoPE",
        "mistral-window, has a window of 6 tokens",
        "olmo2, models of the type \"olmo2\" are not written as GGUF here",
        "qwen3-moe, models of the type \"qwen3_moe\" are not written as GGUF here"
    })
    void whatLlamaCppHasOtherwiseIsRefused(String model, String why) {
        try (Checkpoint base = Checkpoint.open(Golden.path("models/" + model))) {
            Ticket ticket = RandomTickets.gentle(base, 1);
            assertThatThrownBy(() -> GGUF.prepare(new ExportInput(base, List.of(ticket)), ExportOptions.DEFAULTS))
                    .isInstanceOf(LotaException.class)
                    .hasMessageContaining(why);
        }
    }

    @Test
    void tokenizers() throws IOException {
        GgufReader bytes = tokenizer("byte-level", 900);
        assertThat(bytes.values)
                .containsEntry("tokenizer.ggml.model", "gpt2")
                .containsEntry("tokenizer.ggml.pre", "gpt-2")
                .containsKey("tokenizer.chat_template");
        assertThat((List<?>) bytes.values.get("tokenizer.ggml.tokens")).hasSize(900);
        assertThat((List<?>) bytes.values.get("tokenizer.ggml.merges")).hasSize(541);
        GgufReader pieces = tokenizer("metaspace", 1000);
        assertThat(pieces.values)
                .containsEntry("tokenizer.ggml.model", "llama")
                .containsEntry("tokenizer.ggml.pre", "default")
                .containsEntry("tokenizer.ggml.add_space_prefix", true);
        assertThat((List<?>) pieces.values.get("tokenizer.ggml.scores")).hasSize(1000);
        assertThat((List<?>) pieces.values.get("tokenizer.ggml.token_type"))
                .anyMatch(type -> type.equals(6))
                .anyMatch(type -> type.equals(2));
        assertThatThrownBy(() -> tokenizer("byte-level", 100))
                .isInstanceOf(LotaException.class)
                .hasMessageContaining("but the model's embedding has 100 rows");
    }

    private GgufReader tokenizer(String name, int rows) throws IOException {
        GgufValues values = new GgufValues();
        GgufTokenizer.addTo(values, Golden.path("tokenizer/" + name), rows);
        Path file = directory.resolve(name + ".gguf");
        GgufFile.write(file, values, List.of());
        return new GgufReader(file);
    }

    @Test
    void adapters() throws IOException {
        try (Checkpoint base = Checkpoint.open(Golden.path("models/llama-tied"));
                Golden peft = Golden.open("peft/lora/adapter_model.safetensors")) {
            ExportInput input = new ExportInput(base, List.of(), Optional.of(Golden.path("peft/lora")));
            GGUF.prepare(input, ExportOptions.DEFAULTS).write(directory.resolve("adapter"));
            GgufReader file = new GgufReader(directory.resolve("adapter/adapter.gguf"));
            assertThat(file.values)
                    .containsEntry("general.type", "adapter")
                    .containsEntry("adapter.type", "lora")
                    .containsKey("adapter.lora.alpha");
            assertThat(file.tensors).hasSameSizeAs(peft.file().tensors());
            peft.file().tensors().keySet().stream()
                    .filter(name -> name.endsWith("q_proj.lora_A.weight"))
                    .forEach(name -> assertThat(file.floats("blk." + name.replaceAll("\\D*layers\\.(\\d+)\\..*", "$1")
                                    + ".attn_q.weight.lora_a"))
                            .isEqualTo(peft.floats(name)));
            for (String kind : List.of("dora", "saved")) {
                ExportInput other = new ExportInput(base, List.of(), Optional.of(Golden.path("peft-kinds/" + kind)));
                assertThatThrownBy(() -> GGUF.prepare(other, ExportOptions.DEFAULTS))
                        .isInstanceOf(LotaException.class)
                        .hasMessageContaining("Import the adapter as a ticket");
            }
        }
    }

    private GgufReader write(Checkpoint base, Ticket ticket, ExportOptions options) throws IOException {
        Path out = directory.resolve("gguf");
        GGUF.prepare(new ExportInput(base, List.of(ticket)), options).write(out);
        assertThat(Files.list(out)).hasSize(1);
        return new GgufReader(out.resolve("model.gguf"));
    }
}
