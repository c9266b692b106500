package io.lota4j.internal.merge.recipe;

import io.lota4j.LotaException;
import io.lota4j.internal.Links;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.JsonKeys;
import io.lota4j.internal.checkpoint.JsonKeys.Null;
import io.lota4j.internal.checkpoint.ModelFiles;
import io.lota4j.internal.checkpoint.StrictJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SequencedMap;
import tools.jackson.core.json.JsonWriteFeature;
import tools.jackson.databind.cfg.JsonNodeFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// A JSON file of a model directory.
///
/// @param file where it was read
/// @param root not to be changed; see [#copy]
record ConfigJson(Path file, ObjectNode root) {
    /// Writes what it read: `NaN` bare as Python does, and numbers of any length.
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .disable(JsonWriteFeature.WRITE_NAN_AS_STRINGS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build();

    /// How many layers a model has, by architecture.
    static final List<String> LAYERS = List.of("num_hidden_layers", "n_layer", "num_layers", "n_layers");

    static final String VOCABULARY = "vocab_size";
    static final String TIED = "tie_word_embeddings";

    /// @throws LotaException when the file cannot be read or is no JSON object
    static ConfigJson read(Path file) {
        try {
            return new ConfigJson(file, (ObjectNode) StrictJson.pythons(Files.readAllBytes(file), file.toString()));
        } catch (IOException e) {
            throw new LotaException(Text.format("%s: cannot be read: %s", file, e.getMessage()), e);
        }
    }

    /// Empty where there is no such file.
    static Optional<ConfigJson> find(Path file) {
        Links.requireTarget(file);
        return Files.isRegularFile(file) ? Optional.of(read(file)) : Optional.empty();
    }

    OptionalInt vocabulary() {
        return number(VOCABULARY);
    }

    OptionalInt layers() {
        return LAYERS.stream()
                .map(this::number)
                .filter(OptionalInt::isPresent)
                .findFirst()
                .orElse(OptionalInt.empty());
    }

    /// Whether it says anywhere that the head is the embedding, by its own values or by those of its text module:
    /// programs ask one or the other. What most architectures take for granted counts as said. All are read, so
    /// that a value of another type is refused wherever it is.
    boolean tied() {
        return objects(root).entrySet().stream()
                .map(object -> new JsonKeys(file, object.getKey(), object.getValue()))
                .map(keys -> keys.optionalFlag(TIED, Null.ABSENT).orElse(true))
                .toList()
                .contains(true);
    }

    /// Says everywhere that the head is not the embedding.
    static void untie(ObjectNode root) {
        objects(root).values().forEach(object -> object.put(TIED, false));
    }

    private OptionalInt number(String key) {
        return keys(key).optionalPositive(key, Null.ABSENT).map(OptionalInt::of).orElse(OptionalInt.empty());
    }

    /// The keys of the object that has one of them, see [#owner].
    JsonKeys keys(String key) {
        return objects(root).entrySet().stream()
                .filter(object -> object.getValue().has(key))
                .findFirst()
                .map(object -> new JsonKeys(file, object.getKey(), object.getValue()))
                .orElseGet(() -> new JsonKeys(file, "", root));
    }

    /// The object that has a key: the file's own, or that of its text module.
    static Optional<ObjectNode> owner(ObjectNode root, String key) {
        return objects(root).values().stream().filter(object -> object.has(key)).findFirst();
    }

    /// The file's own object and that of its text module, by the prefix of their keys.
    static SequencedMap<String, ObjectNode> objects(ObjectNode root) {
        SequencedMap<String, ObjectNode> objects = new LinkedHashMap<>();
        collect("", root, objects);
        return objects;
    }

    private static void collect(String prefix, ObjectNode object, SequencedMap<String, ObjectNode> objects) {
        objects.put(prefix, object);
        for (String key : ModelFiles.TEXT_MODULES) {
            if (object.get(key) instanceof ObjectNode module) {
                collect(prefix + key + ".", module, objects);
            }
        }
    }

    ObjectNode copy() {
        return root.deepCopy();
    }

    static String text(ObjectNode json) {
        return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(json) + "\n";
    }
}
