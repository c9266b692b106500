package io.lota4j.internal.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.lota4j.Golden;
import io.lota4j.internal.Text;
import io.lota4j.internal.model.layer.Step;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// What a configuration leaves out is what transformers' class of it has.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ClassDefaultsGoldenTest {
    private static final String ROPE = "rope_parameters";

    @TempDir
    private Path folder = Path.of("");

    private final JsonNode defaults =
            JsonMapper.shared().readTree(Golden.path("class-defaults.json").toFile());

    List<String> types() {
        return defaults.properties().stream()
                .filter(entry -> entry.getValue().isObject())
                .map(entry -> entry.getKey())
                .toList();
    }

    private ModelConfig read(String json) throws IOException {
        return ModelConfig.read(Files.writeString(folder.resolve("config.json"), json));
    }

    private static String type(String type) {
        return Text.format("{\"model_type\": \"%s\"}", type);
    }

    private ObjectNode whole(String type) {
        return (ObjectNode) defaults.path(type).deepCopy();
    }

    @ParameterizedTest
    @MethodSource("types")
    void whatIsLeftOutIsAsItsClassHasIt(String type) throws IOException {
        ModelConfig config = read(whole(type).toString());
        assertThat(read(type(type))).isEqualTo(config);
        for (String key : whole(type).propertyNames()) {
            if (!key.equals("model_type")) {
                ObjectNode less = whole(type);
                less.remove(key);
                assertThat(read(less.toString())).as(key).isEqualTo(config);
            }
        }
    }

    /// Against the numbers themselves, however they are read.
    @ParameterizedTest
    @MethodSource("types")
    void theSizesAreThoseOfTheClass(String type) throws IOException {
        ModelConfig config = read(type(type));
        JsonNode whole = whole(type);
        boolean gpt2 = type.equals("gpt2");
        assertThat(List.of(config.vocabSize(), config.hiddenSize(), config.layers(), config.maxPositions()))
                .isEqualTo(List.of(
                        whole.path("vocab_size").intValue(),
                        whole.path(gpt2 ? "n_embd" : "hidden_size").intValue(),
                        whole.path(gpt2 ? "n_layer" : "num_hidden_layers").intValue(),
                        whole.path(gpt2 ? "n_positions" : "max_position_embeddings")
                                .intValue()));
        assertThat(config.blocks().tied())
                .isEqualTo(whole.path("tie_word_embeddings").booleanValue());
        int heads = whole.path(gpt2 ? "n_head" : "num_attention_heads").intValue();
        int width = config.hiddenSize() / heads;
        for (int layer = 0; layer < config.layers(); layer++) {
            if (whole.path("layer_types").path(layer).stringValue("").equals("linear_attention")) {
                assertThat(config.blocks().layers().get(layer).deltaRule()).isPresent();
                continue;
            }
            Step.Attend attend = config.blocks().layers().get(layer).attention();
            assertThat(List.of(attend.heads(), attend.kvHeads(), attend.head(), attend.window()))
                    .as("layer %d", layer)
                    .isEqualTo(List.of(
                            heads,
                            whole.path("num_key_value_heads").intValue(heads),
                            whole.path("head_dim").intValue(width),
                            window(whole, layer)));
        }
    }

    private static int window(JsonNode whole, int layer) {
        String kind = whole.path("layer_types").path(layer).stringValue("sliding_attention");
        return kind.equals("sliding_attention") ? whole.path("sliding_window").intValue(0) : 0;
    }

    /// As files were before transformers 5: the base of the rotary embedding beside what stretches it.
    @ParameterizedTest
    @MethodSource("types")
    void theOldSpellingOfTheRotaryEmbeddingMeansTheSame(String type) throws IOException {
        ObjectNode old = whole(type);
        if (old.remove(ROPE) instanceof ObjectNode rope) {
            JsonNode local = rope.path("sliding_attention").path("rope_theta");
            if (type.startsWith("gemma3")) {
                old.set("rope_local_base_freq", local);
            }
            ObjectNode scaling = rope.path("full_attention") instanceof ObjectNode full ? full : rope;
            boolean neoX = type.equals("gpt_neox");
            old.set(neoX ? "rotary_emb_base" : "rope_theta", scaling.remove("rope_theta"));
            JsonNode part = scaling.remove("partial_rotary_factor");
            if (part != null) {
                old.set(neoX ? "rotary_pct" : "partial_rotary_factor", part);
            }
            old.set("rope_scaling", scaling);
        }
        assertThat(read(old.toString())).isEqualTo(read(whole(type).toString()));
    }

    /// Some keys have another name in files of a family.
    @Test
    void otherNamesOfKeysAreKnown() throws IOException {
        assertThat(read("{\"model_type\": \"gpt2\", \"hidden_size\": 96, \"num_hidden_layers\": 2,"
                        + " \"num_attention_heads\": 4, \"max_position_embeddings\": 64}"))
                .isEqualTo(read("{\"model_type\": \"gpt2\", \"n_embd\": 96, \"n_layer\": 2, \"n_head\": 4,"
                        + " \"n_positions\": 64}"));
        assertThat(read("{\"model_type\": \"lfm2\", \"block_ff_dim\": 6656, \"tie_embedding\": false}"))
                .isEqualTo(read("{\"model_type\": \"lfm2\", \"intermediate_size\": 6656,"
                        + " \"tie_word_embeddings\": false}"));
        assertThat(read("{\"model_type\": \"qwen3_moe\", \"num_experts\": 16}"))
                .isEqualTo(read("{\"model_type\": \"qwen3_moe\", \"num_local_experts\": 16}"))
                .isNotEqualTo(read(type("qwen3_moe")));
    }

    /// Published files of Gemma 3 with pictures say little of their text model.
    @Test
    void aTextModelWithinAnotherHasItsOwnDefaults() throws IOException {
        assertThat(read("{\"model_type\": \"gemma3\", \"text_config\": {}}")
                        .blocks()
                        .layers())
                .isEqualTo(read(type("gemma3_text")).blocks().layers());
        assertThat(read("{\"model_type\": \"mistral3\", \"text_config\": {}}")
                        .blocks()
                        .layers())
                .isEqualTo(read(type("mistral")).blocks().layers());
        assertThat(read("{\"model_type\": \"mistral3\", \"text_config\": {\"model_type\": \"ministral3\"}}")
                        .blocks()
                        .layers())
                .isEqualTo(read(type("ministral3")).blocks().layers());
    }

    /// Which layers slide, convolve or rotate follows from the number of layers.
    @ParameterizedTest
    @MethodSource("types")
    void eachNumberOfLayersHasItsKinds(String type) throws IOException {
        String layers = type.equals("gpt2") ? "n_layer" : "num_hidden_layers";
        ModelConfig seven = read(Text.format("{\"model_type\": \"%s\", \"%s\": 7}", type, layers));
        assertThat(seven.blocks().layers())
                .isEqualTo(IntStream.range(0, 7)
                        .mapToObj(read(type(type)).blocks().layers()::get)
                        .toList());
    }
}
