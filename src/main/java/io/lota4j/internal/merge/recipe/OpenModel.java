package io.lota4j.internal.merge.recipe;

import io.lota4j.internal.checkpoint.Checkpoint;
import io.lota4j.internal.checkpoint.LayerName;
import io.lota4j.internal.merge.ModelOutline;
import io.lota4j.internal.merge.ModelReference;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;

/// A model of the merge, opened.
final class OpenModel {
    private final ModelReference reference;
    private final ModelOutline outline;
    private final Optional<ConfigJson> config;
    private final Map<String, Integer> stacks = new TreeMap<>();

    /// @throws io.lota4j.LotaException when its `config.json` cannot be read
    OpenModel(ModelReference reference, ModelOutline outline) {
        this.reference = reference;
        this.outline = outline;
        this.config = outline.directory().flatMap(dir -> ConfigJson.find(dir.resolve(Checkpoint.CONFIG)));
        for (String tensor : outline.tensors().keySet()) {
            LayerName.of(tensor).ifPresent(name -> stacks.merge(name.stack(), name.index() + 1, Math::max));
        }
    }

    ModelReference reference() {
        return reference;
    }

    ModelOutline outline() {
        return outline;
    }

    Optional<ConfigJson> config() {
        return config;
    }

    boolean isWhole() {
        return outline.isWhole();
    }

    Optional<ModelOutline.Tensor> tensor(String name) {
        return Optional.ofNullable(outline.tensors().get(name));
    }

    /// How many layers the stack with a tensor has.
    int layersAround(LayerName tensor) {
        return stacks.getOrDefault(tensor.stack(), 0);
    }

    /// The decoder's layers: the stack that has as many as `config.json` says or, where it says nothing, the
    /// only one.
    Optional<String> stack() {
        OptionalInt configured = config.map(ConfigJson::layers).orElse(OptionalInt.empty());
        List<String> fitting = stacks.entrySet().stream()
                .filter(entry -> configured.isEmpty() || entry.getValue() == configured.getAsInt())
                .map(Map.Entry::getKey)
                .toList();
        return fitting.size() == 1 ? Optional.of(fitting.getFirst()) : Optional.empty();
    }

    /// How many layers the decoder has.
    OptionalInt layers() {
        return stack().map(name -> OptionalInt.of(stacks.getOrDefault(name, 0))).orElse(OptionalInt.empty());
    }

    OptionalInt vocabulary() {
        return config.map(ConfigJson::vocabulary).orElse(OptionalInt.empty());
    }

    /// Whether a tensor has a row for each token: a matrix outside the layers with as many rows as
    /// `config.json` has tokens.
    boolean isEmbedding(String name) {
        OptionalInt vocabulary = vocabulary();
        return vocabulary.isPresent()
                && LayerName.of(name).isEmpty()
                && tensor(name)
                        .map(ModelOutline.Tensor::shape)
                        .filter(shape -> shape.rank() == 2 && shape.dim(0) == vocabulary.getAsInt())
                        .isPresent();
    }

    /// What has a row for each token: the embedding, and a head that is not tied to it.
    List<String> embeddings() {
        return outline.tensors().keySet().stream().filter(this::isEmbedding).toList();
    }

    /// The embedding of a model that has only one, which then is its head as well.
    Optional<String> onlyEmbedding() {
        List<String> embeddings = embeddings();
        return embeddings.size() == 1 ? Optional.of(embeddings.getFirst()) : Optional.empty();
    }

    /// Whether its adapter has a head for it, which its settings say is its embedding.
    boolean hasAddedHead() {
        return outline.heads().keySet().stream().anyMatch(this::isEmbedding);
    }

    @Override
    public String toString() {
        return reference.label();
    }
}
