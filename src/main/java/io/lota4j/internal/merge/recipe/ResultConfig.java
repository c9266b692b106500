package io.lota4j.internal.merge.recipe;

import io.lota4j.checkpoint.DType;
import io.lota4j.internal.yaml.Problems;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Makes the result's `config.json` of its reference's: another number of layers, other tokens, another type,
/// a head of its own.
final class ResultConfig {
    private static final List<String> DTYPE = List.of("dtype", "torch_dtype");
    private static final Map<DType, String> NAMES =
            Map.of(DType.F64, "float64", DType.F32, "float32", DType.BF16, "bfloat16", DType.F16, "float16");

    private final ConfigJson before;
    private final ObjectNode after;

    ResultConfig(ConfigJson before) {
        this.before = before;
        this.after = before.copy();
    }

    /// What the weights are stored as, wherever the configuration says so; where it says nothing, it does from now on
    /// if that was asked for.
    void dtype(DType dtype, boolean asked) {
        String name = NAMES.getOrDefault(dtype, dtype.name());
        boolean said = ConfigJson.objects(after).values().stream()
                .anyMatch(object ->
                        DTYPE.stream().anyMatch(key -> object.path(key).isString()));
        DTYPE.stream().filter(key -> after.path(key).isString()).forEach(key -> after.put(key, name));
        rename(after, name);
        if (!said && asked) {
            after.put(DTYPE.getLast(), name);
        }
    }

    /// Modules have names of all kinds; only what names a type of weights is replaced.
    private static void rename(ObjectNode config, String name) {
        for (String key : List.copyOf(config.propertyNames())) {
            JsonNode value = config.get(key);
            if (value instanceof ObjectNode nested) {
                rename(nested, name);
            } else if (DTYPE.contains(key) && value.isString() && NAMES.containsValue(value.stringValue())) {
                config.put(key, name);
            }
        }
    }

    void vocabulary(long rows) {
        OptionalInt known = before.vocabulary();
        if (known.isPresent() && known.getAsInt() != rows) {
            ConfigJson.owner(after, ConfigJson.VOCABULARY).ifPresent(owner -> owner.put(ConfigJson.VOCABULARY, rows));
        }
    }

    void untie() {
        ConfigJson.untie(after);
    }

    /// @param origins of the result's layers
    void layers(List<LayerSettings.Origin> origins, Problems problems) {
        new LayerSettings(new ConfigJson(before.file(), after), origins, problems).apply();
    }

    boolean changed() {
        return !after.equals(before.root());
    }

    /// Whether it says, or leaves to be taken for granted, that the head is the embedding.
    boolean ties() {
        return new ConfigJson(before.file(), after).tied();
    }

    /// The same with a head of its own.
    String untied() {
        ObjectNode other = after.deepCopy();
        ConfigJson.untie(other);
        return ConfigJson.text(other);
    }

    String text() {
        return ConfigJson.text(after);
    }

    /// Where the result's layers are taken from.
    ///
    /// @param otherwise the configuration of a model without one
    static List<LayerSettings.Origin> layersOf(List<SliceModels> parts, ConfigJson otherwise) {
        List<LayerSettings.Origin> from = new ArrayList<>();
        for (SliceModels part : parts) {
            SliceModels.Source reference = part.reference().orElseThrow();
            ConfigJson config = reference.member().config().orElse(otherwise);
            reference.layers().ifPresent(range -> {
                for (int layer = range.from(); layer < range.to(); layer++) {
                    from.add(new LayerSettings.Origin(config, layer));
                }
            });
        }
        return from;
    }
}
