package io.lota4j.internal.checkpoint;

import io.lota4j.LotaException;
import io.lota4j.checkpoint.DType;
import io.lota4j.internal.Text;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/// Tells quantized weights by what their model's files say and by the names and types of their tensors: what is
/// stored are codes and scales, and computing with those as if they were values gives nonsense.
///
/// @param method what quantized them, as it is called
/// @param sign where that is seen
public record Quantized(String method, String sign) {
    /// Keys of `config.json`: of transformers, of older compressed-tensors, and of MLX.
    private static final List<String> KEYS = List.of("quantization_config", "compression_config", "quantization");

    /// Files of AutoGPTQ and of ModelOpt, which say the same.
    private static final List<String> FILES = List.of("quantize_config.json", "hf_quant_config.json");

    /// Methods by how they name what they store.
    private static final Map<Pattern, String> NAMES = Map.of(
            Pattern.compile(".*\\.(qweight|qzeros|g_idx)"),
            "GPTQ or AWQ",
            Pattern.compile(".*\\.(nested_)?(absmax|quant_map)|.*\\.quant_state\\..*|.*\\.(SCB|weight_format)"),
            "bitsandbytes",
            Pattern.compile(
                    ".*[._](weight|proj|bias)_(packed|shape|scale|scale_inv|scale_2|zero_point|global_scale|g_idx)"
                            + "|.*\\.input_(scale|zero_point|global_scale)"),
            "FP8 or compressed-tensors",
            Pattern.compile(".*\\.weight\\._(data|scale)|.*\\._weight_(qdata|scale|zero_point)"),
            "quanto or torchao");

    /// Names of weights, with those that HQQ, QuIP and AQLM give them.
    private static final Pattern WEIGHTS = Pattern.compile(".*(\\.weight|_proj|\\.W_q|\\.Qidxs|\\.codes)");

    /// What MXFP4 adds to a weight's name, both of bytes.
    private static final String BLOCKS = "_blocks";

    private static final String SCALES = "_scales";

    /// How a model is quantized; empty where its weights are plain numbers.
    ///
    /// @throws LotaException when its `config.json` cannot be read
    public static Optional<Quantized> of(Checkpoint model) {
        return configured(model.directory().resolve(Checkpoint.CONFIG), read(model, Checkpoint.CONFIG))
                .map(said -> packed(model)
                        .map(seen -> new Quantized(said.method, said.sign + ", and " + seen.sign))
                        .orElse(said))
                .or(() -> packed(model))
                .or(() -> described(model));
    }

    /// Refuses a quantized model.
    ///
    /// @param use what its weights are needed for, such as `merged`
    /// @throws LotaException when it is one, with the method and where it is seen
    public static void refuse(Checkpoint model, String use) {
        of(model).ifPresent(found -> {
            throw new LotaException(Text.format(
                    "%s holds quantized weights (%s): %s. They are codes, not values, and cannot be %s. Give the model"
                            + " that was quantized, or dequantize this one first%s.",
                    model.directory(), found.method, found.sign, use, found.how()));
        });
    }

    /// How transformers dequantizes, where it does so for all weights at once.
    private String how() {
        return switch (method.toLowerCase(Locale.ROOT)) {
            case "mxfp4" -> loaded("Mxfp4Config(dequantize=True)");
            case "fp8" -> loaded("FineGrainedFP8Config(dequantize=True)");
            case "bitsandbytes" -> ", with transformers: load it, call dequantize() on the model, then save_pretrained";
            default -> "";
        };
    }

    private static String loaded(String configuration) {
        return Text.format(
                ", with transformers: from_pretrained with quantization_config=%s and dtype=torch.bfloat16, then"
                        + " save_pretrained",
                configuration);
    }

    private static JsonNode read(Checkpoint model, String name) {
        Path file = model.directory().resolve(name);
        try {
            return StrictJson.pythons(Files.readAllBytes(file), file.toString());
        } catch (IOException e) {
            throw new LotaException(Text.format("%s: cannot read: %s", file, e.getMessage()), e);
        }
    }

    private static Optional<Quantized> described(Checkpoint model) {
        return FILES.stream()
                .filter(name -> Files.isRegularFile(model.directory().resolve(name)))
                .map(name -> new Quantized(method(read(model, name)), name + " is among its files"))
                .findFirst();
    }

    /// Looks into nested configurations too, such as `text_config`.
    private static Optional<Quantized> configured(Path file, JsonNode config) {
        for (String key : KEYS) {
            JsonNode found = config.path(key);
            if (!found.isMissingNode() && !found.isNull() && !(found.isObject() && found.isEmpty())) {
                return Optional.of(new Quantized(method(found), Text.format("%s has '%s'", file, key)));
            }
        }
        return config.valueStream()
                .filter(JsonNode::isObject)
                .flatMap(nested -> configured(file, nested).stream())
                .findFirst();
    }

    private static String method(JsonNode settings) {
        for (String key : List.of("quant_method", "quant_algo", "format")) {
            if (settings.path(key).isString()) {
                return settings.path(key).stringValue();
            }
        }
        if (settings.has("load_in_4bit") || settings.has("load_in_8bit")) {
            return "bitsandbytes";
        }
        JsonNode nested = settings.path("quantization");
        if (nested.isObject()) {
            return method(nested);
        }
        return settings.has("bits") ? settings.path("bits") + " bits" : "by a method without a name";
    }

    private static Optional<Quantized> packed(Checkpoint model) {
        SequencedMap<String, TensorInfo> tensors = model.tensors();
        for (TensorInfo tensor : tensors.values()) {
            Optional<String> method = NAMES.entrySet().stream()
                    .filter(entry -> entry.getKey().matcher(tensor.name()).matches())
                    .map(Map.Entry::getValue)
                    .findFirst()
                    .or(() -> bytes(tensors, tensor))
                    .or(() -> integers(tensor));
            if (method.isPresent()) {
                return method.map(name -> new Quantized(
                        name,
                        Text.format(
                                "%s holds tensor '%s', which is %s",
                                model.shardOf(tensor.name()), tensor.name(), tensor.dtype())));
            }
        }
        return Optional.empty();
    }

    private static Optional<String> bytes(Map<String, TensorInfo> tensors, TensorInfo tensor) {
        String name = tensor.name();
        boolean blocks = name.endsWith(BLOCKS)
                && tensor.dtype() == DType.U8
                && tensors.containsKey(name.substring(0, name.length() - BLOCKS.length()) + SCALES);
        return blocks ? Optional.of("MXFP4") : Optional.empty();
    }

    /// A weight of whole numbers: no model computes with such.
    private static Optional<String> integers(TensorInfo tensor) {
        return WEIGHTS.matcher(tensor.name()).matches() && tensor.dtype().isWhole()
                ? Optional.of("packed as whole numbers")
                : Optional.empty();
    }
}
