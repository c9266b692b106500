package io.lota4j.model;

import io.lota4j.LotaException;
import io.lota4j.Text;
import io.lota4j.checkpoint.Checkpoint;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The shape of a Llama-family decoder, as `config.json` gives it.
///
/// @param hiddenSize width of the residual stream
/// @param layers number of decoder layers
/// @param heads query heads a layer
/// @param kvHeads key and value heads a layer; divides `heads`
/// @param headDim width of a head; need not be `hiddenSize / heads`
/// @param intermediateSize width of the MLP
/// @param vocabSize rows of the embedding
/// @param maxPositions longest sequence the model was made for, in tokens
/// @param normEps epsilon of the RMS norms
/// @param tied whether the head is the embedding
/// @param attentionBias whether query, key, value and output projections have biases
/// @param mlpBias whether the MLP's projections have biases
/// @param rope rotary embedding
public record ModelConfig(
        int hiddenSize,
        int layers,
        int heads,
        int kvHeads,
        int headDim,
        int intermediateSize,
        int vocabSize,
        int maxPositions,
        double normEps,
        boolean tied,
        boolean attentionBias,
        boolean mlpBias,
        Rope rope) {

    /// The same decoder with another rotary embedding.
    public ModelConfig withRope(Rope other) {
        return new ModelConfig(
                hiddenSize,
                layers,
                heads,
                kvHeads,
                headDim,
                intermediateSize,
                vocabSize,
                maxPositions,
                normEps,
                tied,
                attentionBias,
                mlpBias,
                other);
    }

    /// Reads a model directory's `config.json`.
    ///
    /// @throws LotaException as [#read]
    public static ModelConfig of(Path directory) {
        return read(directory.resolve(Checkpoint.CONFIG));
    }

    /// Reads `config.json`.
    ///
    /// @throws LotaException if the file is not JSON, a field is missing or the architecture is not supported
    public static ModelConfig read(Path file) {
        JsonNode json;
        try {
            json = JsonMapper.shared().readTree(file);
        } catch (JacksonException e) {
            throw new LotaException(file + ": expected a JSON model configuration: " + e.getOriginalMessage(), e);
        }
        return new Reader(file, json).read();
    }

    private record Reader(Path file, JsonNode json) {
        ModelConfig read() {
            only("model_type", "llama", "llama");
            only("hidden_act", "silu", "silu");
            int hidden = integer("hidden_size", null);
            int heads = integer("num_attention_heads", null);
            int headDim = integer("head_dim", hidden / heads);
            int kvHeads = integer("num_key_value_heads", heads);
            if (heads % kvHeads != 0) {
                throw new LotaException(Text.format(
                        "%s: num_attention_heads (%d) is not a multiple of num_key_value_heads (%d).",
                        file, heads, kvHeads));
            }
            return new ModelConfig(
                    hidden,
                    integer("num_hidden_layers", null),
                    heads,
                    kvHeads,
                    headDim,
                    integer("intermediate_size", null),
                    integer("vocab_size", null),
                    integer("max_position_embeddings", 2048),
                    json.path("rms_norm_eps").asDouble(1e-6),
                    json.path("tie_word_embeddings").asBoolean(false),
                    json.path("attention_bias").asBoolean(false),
                    json.path("mlp_bias").asBoolean(false),
                    rope(headDim));
        }

        /// Both spellings: `rope_parameters` holds everything in new files, `rope_theta` and `rope_scaling`
        /// in old ones.
        private Rope rope(int headDim) {
            JsonNode parameters = json.path("rope_parameters");
            JsonNode scaling = parameters.isObject() ? parameters : json.path("rope_scaling");
            double theta = parameters
                    .path("rope_theta")
                    .asDouble(json.path("rope_theta").asDouble(10000.0));
            String type =
                    scaling.path("rope_type").asString(scaling.path("type").asString("default"));
            return switch (type) {
                case "default" -> Rope.of(theta, null, headDim);
                case "llama3" -> Rope.of(theta, llama3(scaling), headDim);
                default ->
                    throw new LotaException(Text.format(
                            "%s: rope type \"%s\" is not supported; supported: default, llama3.", file, type));
            };
        }

        private Rope.Llama3 llama3(JsonNode scaling) {
            return new Rope.Llama3(
                    number(scaling, "factor"),
                    number(scaling, "low_freq_factor"),
                    number(scaling, "high_freq_factor"),
                    number(scaling, "original_max_position_embeddings"));
        }

        private double number(JsonNode node, String key) {
            if (!node.path(key).isNumber()) {
                throw new LotaException(Text.format("%s: the llama3 rope needs the number \"%s\".", file, key));
            }
            return node.path(key).asDouble();
        }

        private int integer(String key, @Nullable Integer otherwise) {
            JsonNode value = json.path(key);
            if (value.isIntegralNumber() && value.asInt() > 0) {
                return value.asInt();
            }
            if ((value.isMissingNode() || value.isNull()) && otherwise != null) {
                return otherwise;
            }
            throw new LotaException(Text.format(
                    "%s: \"%s\" must be a whole number over 0, found %s.",
                    file, key, value.isMissingNode() ? "nothing" : value));
        }

        private void only(String key, String supported, String otherwise) {
            String found = json.path(key).asString(otherwise);
            if (!found.equals(supported)) {
                throw new LotaException(
                        Text.format("%s: \"%s\" is \"%s\"; supported: \"%s\".", file, key, found, supported));
            }
        }
    }
}
