package io.lota4j.internal.merge.recipe;

import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.JsonKeys.Null;
import io.lota4j.internal.yaml.Problems;
import java.util.List;
import java.util.Optional;
import java.util.function.IntPredicate;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.IntNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

/// Gives a configuration what each of the result's layers was where it was taken from: lists with an entry for each
/// layer, lists of layers, the number of layers at the front that are of one kind, and kinds that return after so many
/// layers.
record LayerSettings(ConfigJson after, List<Origin> layers, Problems problems) {
    /// A layer of the result.
    ///
    /// @param config of the model that it is taken from
    /// @param index its number there
    record Origin(ConfigJson config, int index) {
        Optional<JsonNode> setting(String key) {
            return ConfigJson.owner(config.root(), key).map(owner -> owner.get(key));
        }

        /// A setting that is one number; empty where it is none, or a list.
        Optional<Integer> number(String key) {
            return setting(key).filter(JsonNode::isArray).isPresent()
                    ? Optional.empty()
                    : config.keys(key).optionalCount(key, Null.ABSENT);
        }
    }

    /// Which layers are of a kind.
    private static final List<String> NUMBERS = List.of(
            "mlp_only_layers",
            "moe_layers",
            "full_attn_idxs",
            "full_attention_layers",
            "cross_attention_layers",
            "hybrid_layer_ids",
            "attn_layer_indices",
            "global_attention_layers");

    /// How many layers, from the first, are of a kind.
    private static final List<String> FIRST =
            List.of("max_window_layers", "first_k_dense_replace", "num_dense_layers", "n_dense_layers");

    /// After how many layers a kind returns.
    private static final List<String> PERIODS = List.of(
            "sliding_window_pattern",
            "no_rope_layer_interval",
            "full_attention_interval",
            "global_attn_every_n_layers",
            "attn_layer_period",
            "expert_layer_period",
            "moe_layer_freq",
            "interleave_moe_layer_step",
            "decoder_sparse_step");

    private static final String SLIDING = "use_sliding_window";
    private static final String LAYER_TYPES = "layer_types";
    private static final JsonNode FULL = StringNode.valueOf("full_attention");
    private static final JsonNode WINDOW = StringNode.valueOf("sliding_attention");

    void apply() {
        for (String key : ConfigJson.LAYERS) {
            ConfigJson.owner(after.root(), key).ifPresent(owner -> owner.put(key, layers.size()));
        }
        FIRST.forEach(this::first);
        PERIODS.forEach(this::period);
        NUMBERS.forEach(this::numbers);
        List<ObjectNode> owners = List.copyOf(ConfigJson.objects(after.root()).values());
        owners.forEach(owner -> List.copyOf(owner.propertyNames()).forEach(key -> entries(owner, key)));
    }

    /// A list with an entry for each layer, or a text with a letter for each.
    private void entries(ObjectNode owner, String key) {
        if (NUMBERS.contains(key) || !isByLayer(key)) {
            return;
        }
        if (owner.get(key) instanceof ArrayNode list && isWhole(key, JsonNode::isArray)) {
            ArrayNode taken = list.arrayNode();
            layers.forEach(layer -> taken.add(
                    layer.setting(key).orElseThrow().get(layer.index()).deepCopy()));
            owner.set(key, taken);
        } else if (owner.get(key).isString() && isWhole(key, JsonNode::isString)) {
            StringBuilder taken = new StringBuilder();
            layers.forEach(layer ->
                    taken.append(layer.setting(key).orElseThrow().stringValue().charAt(layer.index())));
            owner.put(key, taken.toString());
        }
    }

    /// Names, not lengths alone: a list of two tokens is no setting of two layers.
    private static boolean isByLayer(String key) {
        return key.contains("layer")
                || key.contains("block")
                || key.endsWith("_pattern")
                || key.startsWith("num_") && key.endsWith("_heads")
                || key.equals("intermediate_size")
                || key.equals("ffn_multipliers");
    }

    /// Whether every layer's model has an entry for each of its layers.
    private boolean isWhole(String key, Predicate<JsonNode> kind) {
        return layers.stream()
                .allMatch(layer -> layer.setting(key)
                        .filter(kind)
                        .filter(list -> layer.config().layers().isPresent()
                                && length(list) == layer.config().layers().getAsInt()
                                && layer.index() < length(list))
                        .isPresent());
    }

    private static int length(JsonNode list) {
        return list.isString() ? list.stringValue().length() : list.size();
    }

    private void numbers(String key) {
        ConfigJson.owner(after.root(), key)
                .filter(owner -> owner.get(key) instanceof ArrayNode)
                .ifPresent(owner -> {
                    ArrayNode taken = owner.arrayNode();
                    for (int i = 0; i < layers.size(); i++) {
                        int index = layers.get(i).index();
                        boolean listed = layers.get(i).setting(key).stream()
                                .flatMap(JsonNode::valueStream)
                                .anyMatch(number -> number.equals(IntNode.valueOf(index)));
                        if (listed) {
                            taken.add(i);
                        }
                    }
                    owner.set(key, taken);
                });
    }

    private void first(String key) {
        Optional<ObjectNode> owner = ConfigJson.owner(after.root(), key);
        if (owner.isEmpty() || !areNumbers(key)) {
            return;
        }
        List<Boolean> before = layers.stream()
                .map(layer -> layer.index() < layer.number(key).orElseThrow())
                .toList();
        int count = (int) before.stream().filter(first -> first).count();
        owner.get().put(key, count);
        if (before.subList(0, count).contains(false)) {
            boolean window = key.startsWith("max_window");
            if (!window
                    || after.keys(SLIDING).optionalFlag(SLIDING, Null.ABSENT).orElse(false)) {
                write(window ? LAYER_TYPES : "", key, owner.get(), i -> before.get(i), FULL, WINDOW);
            }
        }
    }

    private void period(String key) {
        Optional<ObjectNode> owner = ConfigJson.owner(after.root(), key);
        Optional<Integer> found = new Origin(after, 0).number(key);
        if (owner.isEmpty() || found.isEmpty() || !areNumbers(key)) {
            return;
        }
        int period = found.get();
        boolean kept = period <= 1
                || IntStream.range(0, layers.size())
                        .allMatch(i -> layers.get(i).number(key).equals(found)
                                && layers.get(i).index() % period == i % period);
        if (kept) {
            return;
        }
        IntPredicate last = i -> (layers.get(i).index() + 1)
                        % Math.max(1, layers.get(i).number(key).orElseThrow())
                == 0;
        switch (key) {
            case "sliding_window_pattern" -> write(LAYER_TYPES, key, owner.get(), last, FULL, WINDOW);
            case "full_attention_interval" ->
                write(LAYER_TYPES, key, owner.get(), last, FULL, StringNode.valueOf("linear_attention"));
            case "no_rope_layer_interval" ->
                write("no_rope_layers", key, owner.get(), last, IntNode.valueOf(0), IntNode.valueOf(1));
            default -> write("", key, owner.get(), last, FULL, FULL);
        }
    }

    /// Says of each layer what a single number no longer can.
    private void write(
            String list, String instead, ObjectNode owner, IntPredicate kind, JsonNode where, JsonNode elsewhere) {
        if (list.isEmpty()) {
            problems.warn(Text.format(
                    "the layers that are taken do not follow '%s' of config.json; the result's config.json cannot say"
                            + " which are of which kind",
                    instead));
        } else if (!owner.has(list)) {
            ArrayNode kinds = owner.arrayNode();
            IntStream.range(0, layers.size())
                    .mapToObj(i -> kind.test(i) ? where : elsewhere)
                    .forEach(kinds::add);
            owner.set(list, kinds);
        }
    }

    private boolean areNumbers(String key) {
        return layers.stream().allMatch(layer -> layer.number(key).isPresent());
    }
}
