package io.lota4j.model;

import io.lota4j.FileKind;
import io.lota4j.LotaException;
import io.lota4j.Text;
import io.lota4j.checkpoint.Checkpoint;
import io.lota4j.checkpoint.JsonKeys;
import io.lota4j.checkpoint.JsonKeys.Null;
import io.lota4j.checkpoint.StrictJson;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.DoublePredicate;
import java.util.function.Function;
import java.util.stream.Stream;

/// The shape of a Llama-family decoder, as `config.json` gives it.
///
/// @param hiddenSize width of the residual stream
/// @param layers number of decoder layers
/// @param heads query heads a layer
/// @param kvHeads key and value heads a layer; divides `heads`
/// @param headDim width of a head, even; need not be `hiddenSize / heads`
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
    /// @throws LotaException if the file is not JSON, a key is missing, of another type or out of its range, keys
    ///     disagree, or the architecture is not supported
    public static ModelConfig read(Path file) {
        return new Reader(keys(file)).read();
    }

    /// The keys of a `config.json`.
    ///
    /// @throws LotaException if the file is not JSON, or has a key twice
    static JsonKeys keys(Path file) {
        return new JsonKeys(file, "", StrictJson.pythons(FileKind.bytes(file, "JSON"), file.toString()));
    }

    private record Reader(JsonKeys keys) {
        private static final String OVER_0 = "a number over 0";

        ModelConfig read() {
            only("model_type", "llama");
            only("hidden_act", "silu");
            int hidden = keys.positive("hidden_size");
            int heads = keys.positive("num_attention_heads");
            int headDim = headDim(hidden, heads);
            int kvHeads =
                    keys.optionalPositive("num_key_value_heads", Null.ABSENT).orElse(heads);
            if (heads % kvHeads != 0) {
                throw keys.refused(Text.format(
                        "num_attention_heads (%d) is not a multiple of num_key_value_heads (%d).", heads, kvHeads));
            }
            return new ModelConfig(
                    hidden,
                    keys.positive("num_hidden_layers"),
                    heads,
                    kvHeads,
                    headDim,
                    keys.positive("intermediate_size"),
                    keys.positive("vocab_size"),
                    keys.optionalPositive("max_position_embeddings", Null.REFUSED)
                            .orElse(2048),
                    // As F32, in which it is added, it must be over 0 too.
                    keys.optionalNumber(
                                    "rms_norm_eps",
                                    Null.REFUSED,
                                    x -> (float) x > 0 && Float.isFinite((float) x),
                                    OVER_0)
                            .orElse(1e-6),
                    flag("tie_word_embeddings"),
                    flag("attention_bias"),
                    flag("mlp_bias"),
                    rope(headDim));
        }

        /// Python takes `null` for false.
        private boolean flag(String key) {
            return keys.optionalFlag(key, Null.ABSENT).orElse(false);
        }

        private int headDim(int hidden, int heads) {
            Optional<Integer> given = keys.optionalPositive("head_dim", Null.ABSENT);
            if (given.isEmpty() && hidden % heads != 0) {
                throw keys.refused(Text.format(
                        "\"hidden_size\" (%d) is not a multiple of \"num_attention_heads\" (%d), and there is no"
                                + " \"head_dim\".",
                        hidden, heads));
            }
            int headDim = given.orElse(hidden / heads);
            if (headDim % 2 != 0) {
                throw keys.refused(Text.format(
                        "%s must be even, found %d: the rotary embedding turns pairs.",
                        given.isPresent() ? "\"head_dim\"" : "\"hidden_size\" / \"num_attention_heads\"", headDim));
            }
            return headDim;
        }

        /// Both spellings: `rope_parameters` holds everything in new files, `rope_theta` and `rope_scaling` in old
        /// ones. A file may have both if they agree.
        private Rope rope(int headDim) {
            Optional<JsonKeys> parameters = keys.optionalObject("rope_parameters", Null.ABSENT);
            Optional<JsonKeys> scaling = keys.optionalObject("rope_scaling", Null.ABSENT);
            List<JsonKeys> nested =
                    Stream.of(parameters, scaling).flatMap(Optional::stream).toList();
            List<JsonKeys> all = Stream.concat(nested.stream(), Stream.of(keys)).toList();
            all.forEach(this::requireWholeRotation);
            double theta = agreed(
                            all, "rope_theta", k -> k.optionalNumber("rope_theta", Null.ABSENT, x -> x > 0, OVER_0))
                    .orElse(10000.0);
            scaling.filter(k -> !k.node().isEmpty() && !k.has("rope_type") && !k.has("type"))
                    .ifPresent(k -> {
                        throw keys.refused("\"rope_scaling\" has no \"rope_type\"; supported: default, llama3.");
                    });
            String type = agreed(nested, "rope_type", this::type).orElse("default");
            return switch (type) {
                case "default" -> Rope.of(theta, null, headDim);
                case "llama3" -> Rope.of(theta, llama3(nested), headDim);
                default ->
                    throw keys.refused(
                            Text.format("rope type \"%s\" is not supported; supported: default, llama3.", type));
            };
        }

        private Optional<String> type(JsonKeys rope) {
            Optional<String> now = rope.optionalText("rope_type", Null.ABSENT);
            Optional<String> old = rope.optionalText("type", Null.ABSENT);
            if (now.isPresent() && old.isPresent() && !now.equals(old)) {
                throw keys.refused(Text.format(
                        "%s is \"%s\", but %s is \"%s\": they must agree.",
                        rope.name("rope_type"), now.get(), rope.name("type"), old.get()));
            }
            return now.or(() -> old);
        }

        private void requireWholeRotation(JsonKeys rope) {
            rope.optionalNumber(
                    "partial_rotary_factor", Null.ABSENT, x -> x == 1, "1: a part of a head is not rotated");
        }

        private Rope.Llama3 llama3(List<JsonKeys> nested) {
            double factor = llama3(nested, "factor", x -> x >= 1, "a number of at least 1");
            double low = llama3(nested, "low_freq_factor", x -> x > 0, OVER_0);
            double high = llama3(nested, "high_freq_factor", x -> x > low, "a number over \"low_freq_factor\", " + low);
            return new Rope.Llama3(
                    factor, low, high, llama3(nested, "original_max_position_embeddings", x -> x > 0, OVER_0));
        }

        private double llama3(List<JsonKeys> nested, String key, DoublePredicate fits, String expected) {
            return agreed(nested, key, k -> k.optionalNumber(key, Null.ABSENT, fits, expected))
                    .orElseThrow(() -> keys.refused(Text.format("the llama3 rope needs the number \"%s\".", key)));
        }

        /// What stands behind a key in one place or more, each time the same.
        private <T> Optional<T> agreed(List<JsonKeys> places, String key, Function<JsonKeys, Optional<T>> reading) {
            Optional<T> found = Optional.empty();
            String where = "";
            for (JsonKeys place : places) {
                Optional<T> here = reading.apply(place);
                if (found.isPresent() && here.isPresent() && !found.equals(here)) {
                    throw keys.refused(Text.format(
                            "%s is %s, but %s is %s: they must agree.",
                            where, found.get(), place.name(key), here.get()));
                }
                if (found.isEmpty() && here.isPresent()) {
                    found = here;
                    where = place.name(key);
                }
            }
            return found;
        }

        private void only(String key, String supported) {
            String found = keys.optionalText(key, Null.REFUSED).orElse(supported);
            if (!found.equals(supported)) {
                throw keys.refused(Text.format("\"%s\" is \"%s\"; supported: \"%s\".", key, found, supported));
            }
        }
    }
}
