package io.lota4j.merge.recipe;

import io.lota4j.LotaException;
import io.lota4j.Text;
import io.lota4j.checkpoint.JsonKeys;
import io.lota4j.checkpoint.JsonKeys.Null;
import io.lota4j.checkpoint.Links;
import io.lota4j.checkpoint.StrictJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
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

    /// Where models of several modules keep the values of the text one.
    static final String TEXT = "text_config";

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

    /// Whether the head is the embedding; what most architectures take for granted counts as said.
    boolean tied() {
        return keys(TIED).optionalFlag(TIED, Null.ABSENT).orElse(true);
    }

    private OptionalInt number(String key) {
        return keys(key).optionalPositive(key, Null.ABSENT).map(OptionalInt::of).orElse(OptionalInt.empty());
    }

    /// The keys of the object that has one of them, see [#owner].
    JsonKeys keys(String key) {
        ObjectNode owner = owner(root, key).orElse(root);
        boolean nested = !root.has(key) && owner.has(key);
        return new JsonKeys(file, nested ? TEXT + "." : "", owner);
    }

    /// The object that has a key: the file's own, or that of its text module.
    static Optional<ObjectNode> owner(ObjectNode root, String key) {
        if (root.has(key)) {
            return Optional.of(root);
        }
        return root.path(TEXT) instanceof ObjectNode text && text.has(key) ? Optional.of(text) : Optional.empty();
    }

    ObjectNode copy() {
        return root.deepCopy();
    }

    static String text(ObjectNode json) {
        return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(json) + "\n";
    }
}
