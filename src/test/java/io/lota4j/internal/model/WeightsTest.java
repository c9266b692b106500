package io.lota4j.internal.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lota4j.Golden;
import io.lota4j.LotaException;
import io.lota4j.checkpoint.DType;
import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.Checkpoint;
import io.lota4j.internal.checkpoint.SafetensorsWriter;
import io.lota4j.internal.checkpoint.TensorInfo;
import io.lota4j.internal.checkpoint.TensorSource;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

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
                .hasMessage(
                        "%s: tensor %s has shape [32, 64], but config.json asks for [64, 32].",
                        model.resolve("model.safetensors"), UP);
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

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\'',
            value = {
                "model.layers.0.self_attn.q_proj.bias | biases, for which config.json has no \"attention_bias\": true.",
                "model.layers.1.mlp.down_proj.bias | biases, for which config.json has no \"mlp_bias\": true.",
                "model.layers.0.self_attn.q_norm.weight | norms of queries and keys, which Llama has none of;"
                        + " config.json names another architecture than the weights have.",
                "model.layers.2.mlp.up_proj.weight | layers beyond those of config.json, whose \"num_hidden_layers\""
                        + " is 2.",
                "lm_head.weight | config.json ties the head to the embedding (\"tie_word_embeddings\": true), but the"
                        + " head that is stored differs from model.embed_tokens.weight; say false there if this head is"
                        + " the model's, else remove the tensor.",
                "model.layers.0.mlp.up_proj.lora_A.weight | parts of an adapter; merge it into the model first.",
                "score.weight | no weight of a Llama with this config.json.",
            })
    void aWeightThatNobodyUsesIsRefusedWithWhatItMeans(String name, String meaning) throws IOException {
        Path model = with(List.of(TensorSource.ofBytes(name, DType.F32, Shape.of(2), new byte[8])));
        assertThatThrownBy(() -> Decoder.open(model))
                .isInstanceOf(LotaException.class)
                .hasMessage(
                        "%s has 1 tensor that no part of the decoder uses; without them it would compute something"
                                + " else.\n%s: %s",
                        model, name, meaning);
    }

    @Test
    void manyAreCountedByKind() throws IOException {
        List<TensorSource> more = new ArrayList<>();
        for (String name : List.of("q", "k", "v", "o")) {
            more.add(TensorSource.ofBytes(
                    Text.format("model.layers.0.self_attn.%s_proj.bias", name), DType.F32, Shape.of(2), new byte[8]));
        }
        more.add(TensorSource.ofBytes("score.weight", DType.F32, Shape.of(2), new byte[8]));
        Path model = with(more);
        assertThatThrownBy(() -> Decoder.open(model))
                .isInstanceOf(LotaException.class)
                .message()
                .startsWith(model + " has 5 tensors that no part of the decoder uses")
                .contains(
                        "k_proj.bias, model.layers.0.self_attn.o_proj.bias, model.layers.0.self_attn.q_proj.bias and 1"
                                + " more: biases")
                .contains("score.weight: no weight");
    }

    @Test
    void whatOtherProgramsWriteIsHarmless() throws IOException {
        byte[] embedding;
        TensorInfo info;
        try (Checkpoint checkpoint = Checkpoint.open(TIED)) {
            info = checkpoint.info("model.embed_tokens.weight");
            embedding = checkpoint.bytes(info.name()).toArray(ValueLayout.JAVA_BYTE);
        }
        Path model = with(List.of(
                TensorSource.ofBytes("lm_head.weight", info.dtype(), info.shape(), embedding),
                TensorSource.ofBytes("mtp.layers.0.mlp.up_proj.weight", DType.F32, Shape.of(2), new byte[8]),
                TensorSource.ofBytes("model.rotary_emb.inv_freq", DType.F32, Shape.of(2), new byte[8]),
                TensorSource.ofBytes(
                        "model.layers.0.self_attn.rotary_emb.inv_freq", DType.F32, Shape.of(2), new byte[8])));
        try (Decoder decoder = Decoder.open(model);
                Decoder plain = Decoder.open(TIED)) {
            assertThat(decoder.weights().shapes()).isEqualTo(plain.weights().shapes());
        }
        embedding[embedding.length - 1] ^= 1;
        Path other = with(List.of(TensorSource.ofBytes("lm_head.weight", info.dtype(), info.shape(), embedding)));
        assertThatThrownBy(() -> Decoder.open(other))
                .isInstanceOf(LotaException.class)
                .hasMessageContaining("the head that is stored differs");
    }

    @Test
    void aQuantizedBaseIsRefusedByName() throws IOException {
        Path model = with(List.of());
        String config = Files.readString(model.resolve("config.json")).stripTrailing();
        Files.writeString(
                model.resolve("config.json"),
                config.substring(0, config.length() - 1) + ", \"quantization_config\": {\"quant_method\": \"gptq\"}}");
        assertThatThrownBy(() -> Decoder.open(model))
                .isInstanceOf(LotaException.class)
                .hasMessageStartingWith(model + " holds quantized weights (gptq): ");
    }

    /// As gpt-oss is published: the weights of experts are blocks of four bits, with scales beside them.
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void mxfp4IsRefusedWithWhatToDo(boolean said) throws IOException {
        Path golden = Golden.path("models/gpt-oss");
        String config = Files.readString(golden.resolve("config.json")).stripTrailing();
        Files.writeString(
                folder.resolve("config.json"),
                said
                        ? config.substring(0, config.length() - 1)
                                + ", \"quantization_config\": {\"quant_method\": \"mxfp4\"}}"
                        : config);
        String name = "model.layers.0.mlp.experts.down_proj";
        SafetensorsWriter.write(
                folder.resolve("model.safetensors"),
                Map.of(),
                List.of(
                        TensorSource.ofBytes(name + "_blocks", DType.U8, Shape.of(4, 32, 1, 16), new byte[2048]),
                        TensorSource.ofBytes(name + "_scales", DType.U8, Shape.of(4, 32, 1), new byte[128])));
        assertThatThrownBy(() -> Decoder.open(folder))
                .isInstanceOf(LotaException.class)
                .message()
                .startsWith(folder + " holds quantized weights (" + (said ? "mxfp4" : "MXFP4") + "): ")
                .contains(
                        folder.resolve("model.safetensors") + " holds tensor '" + name + "_blocks', which is U8.",
                        "with transformers: from_pretrained with quantization_config=Mxfp4Config(dequantize=True)");
    }

    @Test
    void aHeadThatIsMissingMayBeTheEmbedding() throws IOException {
        String config = Files.readString(TIED.resolve("config.json"));
        Files.writeString(
                folder.resolve("config.json"),
                config.replace("\"tie_word_embeddings\": true", "\"tie_word_embeddings\": false"));
        SafetensorsWriter.write(folder.resolve("model.safetensors"), Map.of(), tensors());
        assertThatThrownBy(() -> Decoder.open(folder))
                .isInstanceOf(LotaException.class)
                .hasMessageStartingWith(folder + ": the tensor lm_head.weight is missing")
                .hasMessageEndingWith(
                        " config.json has no \"tie_word_embeddings\": true; say so there if the head is the"
                                + " embedding.");
    }

    @Test
    void missingLayersAreNamed() throws IOException {
        Files.copy(TIED.resolve("config.json"), folder.resolve("config.json"));
        SafetensorsWriter.write(
                folder.resolve("model.safetensors"),
                Map.of(),
                tensors().stream()
                        .filter(t -> !t.name().startsWith("model.layers.1."))
                        .toList());
        assertThatThrownBy(() -> Decoder.open(folder))
                .isInstanceOf(LotaException.class)
                .hasMessage(
                        "%s: 9 of 20 tensors are missing: model.layers.1.input_layernorm.weight,"
                            + " model.layers.1.self_attn.q_proj.weight, model.layers.1.self_attn.k_proj.weight and 6"
                            + " more. Layers that are not there at all, of the 2 that config.json says"
                            + " (\"num_hidden_layers\"): 1.",
                        folder);
    }

    private Path with(List<TensorSource> more) throws IOException {
        Files.copy(TIED.resolve("config.json"), folder.resolve("config.json"), StandardCopyOption.REPLACE_EXISTING);
        List<TensorSource> all = new ArrayList<>(tensors());
        all.addAll(more);
        SafetensorsWriter.write(folder.resolve("model.safetensors"), Map.of(), all);
        return folder;
    }

    private static List<TensorSource> tensors() {
        List<TensorSource> tensors = new ArrayList<>();
        try (Checkpoint checkpoint = Checkpoint.open(TIED)) {
            checkpoint
                    .tensors()
                    .forEach((name, info) -> tensors.add(TensorSource.ofBytes(
                            name,
                            info.dtype(),
                            info.shape(),
                            checkpoint.bytes(name).toArray(ValueLayout.JAVA_BYTE))));
        }
        return tensors;
    }

    private static TensorSource renamed(TensorSource tensor, String name) {
        return new TensorSource(name, tensor.dtype(), tensor.shape(), tensor.writer());
    }

    private Path changed(UnaryOperator<TensorSource> edit) throws IOException {
        Files.copy(TIED.resolve("config.json"), folder.resolve("config.json"));
        List<TensorSource> tensors = tensors().stream().map(edit).toList();
        SafetensorsWriter.write(folder.resolve("model.safetensors"), Map.of(), tensors);
        return folder;
    }
}
