package io.lota4j.merge.recipe;

import io.lota4j.checkpoint.DType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Makes the result's `config.json` of its reference's: another number of layers, other tokens, another type,
/// a head of its own.
final class ResultConfig {
    private static final List<String> DTYPE = List.of("dtype", "torch_dtype");
    /// Says of each layer what kind it is.
    private static final String LAYER_TYPES = "layer_types";
    private static final Map<DType, String> NAMES =
            Map.of(DType.F32, "float32", DType.BF16, "bfloat16", DType.F16, "float16");

    private final ConfigJson before;
    private final ObjectNode after;

    ResultConfig(ConfigJson before) {
        this.before = before;
        this.after = before.copy();
    }

    void dtype(DType dtype) {
        String key = DTYPE.stream().filter(after::has).findFirst().orElse(DTYPE.getLast());
        after.put(key, NAMES.getOrDefault(dtype, dtype.name()));
    }

    void vocabulary(long rows) {
        OptionalInt known = before.vocabulary();
        if (known.isPresent() && known.getAsInt() != rows) {
            ConfigJson.owner(after, ConfigJson.VOCABULARY).ifPresent(owner -> owner.put(ConfigJson.VOCABULARY, rows));
        }
    }

    void untie() {
        ConfigJson.owner(after, ConfigJson.TIED).orElse(after).put(ConfigJson.TIED, false);
    }

    /// @param from for each layer of the result, which of the reference's it comes from
    void layers(List<Integer> from) {
        for (String key : ConfigJson.LAYERS) {
            ConfigJson.owner(after, key).ifPresent(owner -> owner.put(key, from.size()));
        }
        ConfigJson.owner(after, LAYER_TYPES)
                .ifPresent(owner ->
                        kinds(owner.path(LAYER_TYPES), from).ifPresent(kinds -> owner.set(LAYER_TYPES, kinds)));
    }

    private static Optional<ArrayNode> kinds(JsonNode before, List<Integer> from) {
        if (!(before instanceof ArrayNode list) || from.stream().anyMatch(index -> index >= list.size())) {
            return Optional.empty();
        }
        ArrayNode after = list.arrayNode();
        from.forEach(index -> after.add(list.get(index)));
        return Optional.of(after);
    }

    boolean changed() {
        return !after.equals(before.root());
    }

    String text() {
        return ConfigJson.text(after);
    }

    /// Which of its layers the reference's part gives to each layer of the result.
    static List<Integer> layersOf(List<Part> parts) {
        List<Integer> from = new ArrayList<>();
        for (Part part : parts) {
            part.reference().flatMap(Part.Source::layers).ifPresent(range -> {
                for (int layer = range.from(); layer < range.to(); layer++) {
                    from.add(layer);
                }
            });
        }
        return from;
    }
}
